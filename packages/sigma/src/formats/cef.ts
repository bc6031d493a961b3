import { type Parsed, pipedFields, refused } from './parsed.ts';

/** One message in the Common Event Format. */
export interface CefEvent {
  /** `0` or `1`. */
  readonly version: string;
  readonly deviceVendor: string;
  readonly deviceProduct: string;
  readonly deviceVersion: string;
  readonly signatureId: string;
  readonly name: string;
  /** As written: a number 0–10, or Unknown, Low, Medium, High, Very-High. */
  readonly severity: string;
  /** By key as written; of a key that comes twice the first, so that a value cannot take another's place from behind. */
  readonly extension: ReadonlyMap<string, string>;
}

/** Keys of the dictionary and of vendors: no blank, no escape. */
const KEY = /^[\w.,[\]:-]{1,256}$/;

const escapes = new Map([
  ['=', '='],
  ['\\', '\\'],
  ['|', '|'],
  ['n', '\n'],
  ['r', '\r'],
]);

/**
 * Reads a message that begins with `CEF:` (ArcSight Common Event Format, implementation standard 25 and 26). In the header
 * `\|` and `\\` are escapes, in the extension `\=`, `\\`, `\n`, `\r` (and `\|`, which many senders write); any other backslash
 * is one. A value goes on until the blank before the next key, so it may hold blanks, and equals signs within a word.
 */
export function parseCef(text: string): Parsed<CefEvent> {
  const start = /^CEF: ?(\d{1,3})\|/.exec(text);
  if (!start) return refused('does not begin with CEF and a version');
  const header = pipedFields(text.slice(start[0].length), 6);
  // The last pipe is often left out where there is no extension.
  const read = header ?? pipedFields(`${text.slice(start[0].length)}|`, 6);
  if (!read) return refused('a CEF header has seven fields');
  const [deviceVendor = '', deviceProduct = '', deviceVersion = '', signatureId = '', name = '', severity = ''] =
    read.fields;
  const extension = readExtension(read.rest);
  if (extension === null) return refused('the CEF extension does not begin with a key');
  return {
    ok: true,
    value: {
      version: start[1] ?? '',
      deviceVendor,
      deviceProduct,
      deviceVersion,
      signatureId,
      name,
      severity: severity.trim(),
      extension,
    },
  };
}

interface KeyAt {
  readonly key: string;
  readonly keyStart: number;
  readonly valueStart: number;
}

/** Null for a text that is not blank and begins with no key. */
function readExtension(written: string): ReadonlyMap<string, string> | null {
  const text = written.replace(/[\r\n]+$/, '');
  const keys = keysIn(text);
  const pairs = new Map<string, string>();
  const [first] = keys;
  if (text.slice(0, first?.keyStart).trim() !== '') return null;
  for (const [nth, { key, valueStart }] of keys.entries()) {
    const next = keys[nth + 1];
    // The one blank before the next key parts them; others belong to the value.
    const value = unescapeValue(text.slice(valueStart, next === undefined ? text.length : next.keyStart - 1));
    if (!pairs.has(key)) pairs.set(key, value);
  }
  return pairs;
}

/** Every unescaped `key=` that begins the text or follows a blank. */
function keysIn(text: string): readonly KeyAt[] {
  const keys: KeyAt[] = [];
  let wordStart = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\\' && (text[at + 1] === '=' || text[at + 1] === '\\')) at += 1;
    else if (character === ' ' || character === '\t' || character === '\n') wordStart = at + 1;
    else if (character === '=') {
      const key = text.slice(wordStart, at);
      if (KEY.test(key)) keys.push({ key, keyStart: wordStart, valueStart: at + 1 });
      // What follows in this word is the value, or a word with a sign that nobody escaped.
      wordStart = text.length + 1;
    }
  }
  return keys;
}

function unescapeValue(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replaceAll(/\\([=\\|nr])/g, (written, character: string) => escapes.get(character) ?? written);
}
