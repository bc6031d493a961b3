import { type Parsed, refused } from './parsed.ts';

/** Parameters by name by element id; of a parameter that comes twice all values, in their order. */
export type StructuredData = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

interface Read {
  readonly elements: StructuredData;
  /** What follows: the message. */
  readonly rest: string;
}

const ELEMENT = /\[([^\s=\]"]{1,128})/y;
const PARAMETER = / ([^\s=\]"]{1,128})="([^"\\]*(?:\\.[^"\\]*)*)"/suy;

/** Reads `-` or the elements of RFC 5424 section 6.3; in a value `\"`, `\\` and `\]` are escapes, any other backslash is one. */
export function readStructuredData(text: string): Parsed<Read> {
  if (text === '' || text === '-') return { ok: true, value: { elements: new Map(), rest: '' } };
  if (text.startsWith('- ')) return { ok: true, value: { elements: new Map(), rest: text.slice(2) } };
  const elements = new Map<string, Map<string, string[]>>();
  let at = 0;
  while (text[at] === '[') {
    ELEMENT.lastIndex = at;
    const id = ELEMENT.exec(text)?.[1];
    if (id === undefined) return refused('structured data has an element without an id');
    at += 1 + id.length;
    const parameters = elements.get(id) ?? new Map<string, string[]>();
    elements.set(id, parameters);
    at = readParameters(text, at, parameters);
    if (text[at] !== ']') return refused('structured data has an element that does not end');
    at += 1;
  }
  if (at === 0) return refused('structured data is - or elements in brackets');
  if (at < text.length && text[at] !== ' ') return refused('structured data and message are parted by a blank');
  return { ok: true, value: { elements, rest: text.slice(at + 1) } };
}

/** Where the parameters end. */
function readParameters(text: string, start: number, parameters: Map<string, string[]>): number {
  let at = start;
  for (;;) {
    PARAMETER.lastIndex = at;
    const found = PARAMETER.exec(text);
    if (!found) return at;
    const [whole, name = '', value = ''] = found;
    const values = parameters.get(name) ?? [];
    values.push(value.replaceAll(/\\(["\\\]])/g, '$1'));
    parameters.set(name, values);
    at += whole.length;
  }
}
