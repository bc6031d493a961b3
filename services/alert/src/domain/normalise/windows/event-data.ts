import { parseJson } from '../documents.ts';
import { isObject, scalarText } from '../json-path.ts';

/** An event's named data. */
export type EventData = ReadonlyMap<string, string>;

/** Names one event may have. */
const NAMES_LIMIT = 200;

/** `<Data Name="Image">C:\…</Data>`: no part of the expression can match what the next one matches, so it is linear. */
const XML_DATA = /<Data Name=["']([^"'<>]{1,128})["']>([^<]*)<\/Data>/g;

const xmlEntities = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** Event data as an object, as JSON inside of text or as the `<EventData>` of the event's XML; later parts win. */
export function readEventData(...parts: readonly unknown[]): EventData {
  const data = new Map<string, string>();
  for (const [name, value] of parts.flatMap((part) => entriesOf(part))) {
    const text = scalarText(value);
    // Windows writes a dash for "none".
    if (text !== null && text !== '-' && (data.has(name) || data.size < NAMES_LIMIT)) data.set(name, text);
  }
  return data;
}

function entriesOf(part: unknown): readonly (readonly [string, unknown])[] {
  if (isObject(part)) return Object.entries(part);
  if (typeof part !== 'string') return [];
  if (part.trimStart().startsWith('<')) return xmlEntries(part);
  const parsed = parseJson(part);
  return parsed.ok && isObject(parsed.value) ? Object.entries(parsed.value) : [];
}

const xmlEntries = (xml: string): readonly (readonly [string, string])[] =>
  [...xml.matchAll(XML_DATA)].map(([, name = '', text = '']) => [name, plainText(text)]);

const plainText = (xml: string): string =>
  xml.replaceAll(
    /&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w{2,4}));/gi,
    (entity, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return xmlEntities.get(name) ?? entity;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10_ff_ff ? String.fromCodePoint(code) : entity;
    },
  );
