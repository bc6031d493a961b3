/** Where a JSON value was found in a text, and its text; undefined when it is too long to be kept. */
export interface JsonText {
  /** Counts from 1. */
  readonly line: number;
  readonly text: string | undefined;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Cuts a text that comes in pieces into the objects of its outermost list, or that follow one another, laid out over lines or
 * not. What is between objects (brackets, commas, blanks, other values) is passed over.
 */
export class JsonObjects {
  #line = 1;
  #startLine = 1;
  #depth = 0;
  #isInText = false;
  #isEscaped = false;
  #pieces: string[] = [];
  #length = 0;
  readonly #maxLength: number;

  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  /** The objects that end in this piece. */
  take(piece: string): JsonText[] {
    const found: JsonText[] = [];
    let start = 0;
    for (let at = 0; at < piece.length; at += 1) {
      const code = piece.charCodeAt(at);
      if (code === NEWLINE) this.#line += 1;
      if (this.#isEscaped) this.#isEscaped = false;
      else if (this.#isInText) this.#readText(code);
      else if (code === QUOTE) this.#isInText = true;
      else if (code === OPEN_OBJECT) {
        if (this.#depth === 0) {
          start = at;
          this.#startLine = this.#line;
        }
        this.#depth += 1;
      } else if (code === CLOSE_OBJECT && this.#depth > 0) {
        this.#depth -= 1;
        if (this.#depth === 0) found.push(this.#end(piece.slice(start, at + 1)));
      }
    }
    if (this.#depth > 0) this.#keep(piece.slice(start));
    return found;
  }

  /** Where the text ends within an object, what is there of it. */
  rest(): JsonText | undefined {
    return this.#depth > 0 ? this.#end('') : undefined;
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

  #end(last: string): JsonText {
    this.#keep(last);
    const text = this.#length <= this.#maxLength ? this.#pieces.join('') : undefined;
    this.#pieces = [];
    this.#length = 0;
    return { line: this.#startLine, text };
  }
}
