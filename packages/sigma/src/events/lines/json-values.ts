/** Of a larger text what is no JSON object, and why; `line` is where it begins. */
interface Refused {
  readonly line: number;
  readonly reason: string;
}

/** The text of a JSON object in a larger text, or what is none. */
type FoundObject = { readonly line: number; readonly text: string } | Refused;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const COMMA = 0x2c;
const BLANK = 0x20;

/**
 * Cuts a text that comes in pieces into the objects of its outermost list, or that follow one another, laid out over lines or
 * not. Brackets, commas and blanks between objects are passed over; other values are told of.
 */
export class JsonObjects {
  #line: number;
  #startLine = 1;
  #depth = 0;
  /** Lists that are open around the objects. */
  #lists = 0;
  /** Within a value that is no object. */
  #isInOther = false;
  #isInText = false;
  #isEscaped = false;
  #pieces: string[] = [];
  #length = 0;
  readonly #maxLength: number;

  constructor(maxLength: number, firstLine: number) {
    this.#maxLength = maxLength;
    this.#line = firstLine;
  }

  /** The objects that end in this piece. */
  take(piece: string): FoundObject[] {
    const found: FoundObject[] = [];
    let start = 0;
    for (let at = 0; at < piece.length; at += 1) {
      const code = piece.charCodeAt(at);
      if (code === NEWLINE) this.#line += 1;
      if (this.#isEscaped) this.#isEscaped = false;
      else if (this.#isInText) this.#readText(code);
      else if (code === OPEN_OBJECT) {
        if (this.#depth === 0) {
          start = at;
          this.#startLine = this.#line;
          this.#isInOther = false;
        }
        this.#depth += 1;
      } else if (this.#depth === 0) {
        if (this.#beginsOther(code)) found.push({ line: this.#line, reason: 'it is no JSON object' });
        this.#isInText = code === QUOTE;
      } else if (code === QUOTE) this.#isInText = true;
      else if (code === CLOSE_OBJECT) {
        this.#depth -= 1;
        if (this.#depth === 0) found.push(this.#end(piece.slice(start, at + 1)));
      }
    }
    if (this.#depth > 0) this.#keep(piece.slice(start));
    return found;
  }

  /** What is wrong where the text ends. */
  end(): Refused[] {
    if (this.#depth > 0) return [{ line: this.#startLine, reason: 'the file ends within this object' }];
    return this.#lists > 0 ? [{ line: this.#line, reason: 'the file ends within the list' }] : [];
  }

  /** Outside of objects and texts: whether a value begins here that is no object. */
  #beginsOther(code: number): boolean {
    const isClosing = code === CLOSE_LIST && this.#lists > 0;
    if (code === OPEN_LIST) this.#lists += 1;
    else if (isClosing) this.#lists -= 1;
    const wasInOther = this.#isInOther;
    this.#isInOther = !(code <= BLANK || code === COMMA || code === OPEN_LIST || isClosing);
    return this.#isInOther && !wasInOther;
  }

  #readText(code: number): void {
    if (code === BACKSLASH) this.#isEscaped = true;
    else if (code === QUOTE) this.#isInText = false;
  }

  #keep(piece: string): void {
    this.#length += piece.length;
    if (this.#length <= this.#maxLength) this.#pieces.push(piece);
    else this.#pieces = [];
  }

  #end(last: string): FoundObject {
    this.#keep(last);
    const text = this.#length <= this.#maxLength ? this.#pieces.join('') : undefined;
    this.#pieces = [];
    this.#length = 0;
    return text === undefined
      ? { line: this.#startLine, reason: 'the object is too long' }
      : { line: this.#startLine, text };
  }
}
