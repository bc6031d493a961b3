/** How the events of a file are laid out: one on each line, or as JSON over lines. */
export type Layout = 'lines' | 'objects';

/** Holds the beginning of a file that comes in pieces until it tells how the events are laid out. */
export class Beginning {
  readonly #maxLength: number;
  #line = 1;
  #held = '';
  /** Where the line after the first begins, once the first is known to be cut short. */
  #second: number | undefined;

  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  /** What is held; blanks before it are not. */
  get text(): string {
    return this.#held;
  }

  /** The line on which it begins, from 1. */
  get line(): number {
    return this.#line;
  }

  /**
   * Undefined until it is known. A first line that is a whole object is NDJSON, and so is one that is cut short where no object
   * may follow, when one does: a broken line costs itself.
   */
  take(piece: string): Layout | undefined {
    this.#hold(piece);
    if (this.#held === '') return undefined;
    if (!this.#held.startsWith('{')) return this.#held.startsWith('[') ? 'objects' : 'lines';
    const layout = this.#second === undefined ? this.#byFirstLine(piece) : this.#bySecondLine(this.#second, piece);
    return layout ?? (this.#held.length < this.#maxLength ? undefined : 'objects');
  }

  /** Where the file ends before it was known. */
  end(): Layout {
    return this.#held === '' || (this.#second === undefined && isJson(this.#held)) ? 'lines' : 'objects';
  }

  #hold(piece: string): void {
    const start = this.#held === '' ? piece.search(/\S/) : 0;
    const blanks = start < 0 ? piece : piece.slice(0, start);
    this.#line += blanks.split('\n').length - 1;
    this.#held += piece.slice(blanks.length);
  }

  #byFirstLine(piece: string): Layout | undefined {
    const end = piece.includes('\n') ? this.#held.indexOf('\n') : -1;
    if (end < 0) return undefined;
    const first = this.#held.slice(0, end);
    if (isJson(first)) return 'lines';
    if (mayGoOnWithObject(first)) return 'objects';
    this.#second = end + 1;
    return this.#bySecondLine(this.#second, this.#held.slice(this.#second));
  }

  #bySecondLine(start: number, piece: string): Layout | undefined {
    if (!/\S/.test(piece)) return undefined;
    return this.#held.slice(start).trimStart().startsWith('{') ? 'lines' : 'objects';
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether an object may come after this beginning of JSON: outside of all, within a list, or as the value of a field. */
function mayGoOnWithObject(text: string): boolean {
  const open: string[] = [];
  let last = '';
  let isInText = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (isInText) {
      if (character === '\\') at += 1;
      else if (character === '"') isInText = false;
    } else if (character.trim() !== '') {
      last = character;
      if (character === '"') isInText = true;
      else if (character === '{' || character === '[') open.push(character);
      else if (character === '}' || character === ']') open.pop();
    }
  }
  if (isInText) return false;
  const within = open.at(-1);
  return within === undefined || last === '[' || last === ':' || (last === ',' && within === '[');
}
