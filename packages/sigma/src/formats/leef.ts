import { type Parsed, pipedFields, refused } from './parsed.ts';

/** One message in the Log Event Extended Format of QRadar. */
export interface LeefEvent {
  /** `1.0` or `2.0`. */
  readonly version: string;
  readonly vendor: string;
  readonly product: string;
  readonly productVersion: string;
  readonly eventId: string;
  /** By key as written; of a key that comes twice the first. */
  readonly attributes: ReadonlyMap<string, string>;
}

/**
 * Reads a message that begins with `LEEF:` (IBM, LEEF version 2). Attributes are parted by a tab, in version 2.0 by the
 * character of the sixth field, plain (`^`) or as hexadecimal (`x5E`, `0x5E`). In the header `\|` and `\\` are escapes; LEEF
 * has none in attributes, so a value is taken to the letter up to the delimiter: a Windows path keeps its backslashes, and
 * what holds the delimiter without a key after it stays part of the value.
 */
export function parseLeef(text: string): Parsed<LeefEvent> {
  const start = /^LEEF: ?([12](?:\.\d)?)\|/.exec(text);
  if (!start) return refused('does not begin with LEEF and a version of 1.0 or 2.0');
  const body = text.slice(start[0].length);
  const read = pipedFields(body, 4) ?? pipedFields(`${body}|`, 4);
  if (!read) return refused('a LEEF header has five fields');
  const [vendor = '', product = '', productVersion = '', eventId = ''] = read.fields;
  const version = start[1] ?? '';
  const { delimiter, rest } = version.startsWith('2') ? readDelimiter(read.rest) : { delimiter: '\t', rest: read.rest };
  const attributes = readAttributes(rest, delimiter);
  if (attributes === null) return refused('the LEEF attributes do not begin with a key');
  return { ok: true, value: { version, vendor, product, productVersion, eventId, attributes } };
}

/** The sixth field; some senders of 2.0 leave it out, and then mean the tab. */
function readDelimiter(rest: string): { readonly delimiter: string; readonly rest: string } {
  const hex = /^(?:0?x)([\da-f]{2,4})\|/i.exec(rest);
  if (hex) {
    return { delimiter: String.fromCodePoint(Number.parseInt(hex[1] ?? '', 16)), rest: rest.slice(hex[0].length) };
  }
  if (rest.startsWith('|')) return { delimiter: '\t', rest: rest.slice(1) };
  const plain = /^([^=])\|/u.exec(rest);
  return plain?.[1] === undefined
    ? { delimiter: '\t', rest }
    : { delimiter: plain[1], rest: rest.slice(plain[0].length) };
}

/** Null for a text that is not blank and begins with no key. */
function readAttributes(written: string, delimiter: string): ReadonlyMap<string, string> | null {
  const attributes = new Map<string, string>();
  const text = written.replace(/[\r\n]+$/, '');
  if (text.trim() === '') return attributes;
  const pairs: { key: string; parts: string[] }[] = [];
  for (const part of text.split(delimiter)) {
    const equals = part.indexOf('=');
    const key = part.slice(0, Math.max(equals, 0)).trim();
    const last = pairs.at(-1);
    if (key !== '' && key.length <= 256) pairs.push({ key, parts: [part.slice(equals + 1)] });
    else if (last) last.parts.push(part);
    else if (part.trim() !== '') return null;
  }
  for (const { key, parts } of pairs) if (!attributes.has(key)) attributes.set(key, trimEnd(parts, delimiter));
  return attributes;
}

/** A delimiter after the last attribute ends it and is no part of it. */
function trimEnd(parts: readonly string[], delimiter: string): string {
  const last = parts.findLastIndex((part, nth) => nth === 0 || part !== '');
  return parts.slice(0, last + 1).join(delimiter);
}
