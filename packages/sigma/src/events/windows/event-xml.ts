import { asFieldValue, type EventFields, isObject, type JsonObject } from '../event-fields.ts';
import { parseObject } from '../parse-object.ts';

const MAX_DEPTH = 8;

/**
 * Adds `System` of an event: `<Provider Name="x">` is Provider_Name, whether its writer puts attributes under `#attributes`,
 * under `Provider_attributes`, behind an `@` or plainly.
 */
export function addSystem(fields: EventFields, system: JsonObject): void {
  for (const key in system) {
    const value = system[key];
    if (!isObject(value)) add(fields, key, value);
    else if (key.endsWith('_attributes')) addAttributes(fields, key.slice(0, -'_attributes'.length), value);
    else {
      for (const part in value) {
        const inner = value[part];
        if (part === '#text' || part === 'Value') add(fields, key, inner);
        else if (part === '#attributes' && isObject(inner)) addAttributes(fields, key, inner);
        else if (!isObject(inner)) add(fields, `${key}_${part.replace('@', '')}`, inner);
      }
    }
  }
}

/**
 * Adds `EventData` or `UserData`: its elements are fields without a path, as the event log names them. `<Data Name="x">` is x
 * however it is written; Data without a name is one field with several values.
 */
export function addEventData(fields: EventFields, data: JsonObject, depth = 0): void {
  for (const key in data) {
    if (key === '#attributes') continue;
    addElement(fields, key, data[key], depth);
  }
}

function addElement(fields: EventFields, key: string, value: unknown, depth: number): void {
  if (Array.isArray(value)) {
    if (depth < MAX_DEPTH) for (const item of value) addElement(fields, key, item, depth + 1);
  } else if (!isObject(value)) add(fields, key, value);
  else if ('#text' in value) {
    const name = key === 'Data' ? nameOf(value) : undefined;
    if (depth < MAX_DEPTH) addElement(fields, name ?? key, value['#text'], depth + 1);
  } else if (key === 'Data' && nameOf(value) !== undefined) add(fields, nameOf(value) ?? key, '');
  else if (depth < MAX_DEPTH) addEventData(fields, value, depth + 1);
}

function nameOf(element: JsonObject): string | undefined {
  const attributes = element['#attributes'];
  const name = isObject(attributes) ? attributes['Name'] : element['@Name'];
  return typeof name === 'string' ? name : undefined;
}

function addAttributes(fields: EventFields, key: string, attributes: JsonObject): void {
  for (const name in attributes) if (name !== 'xmlns') add(fields, `${key}_${name}`, attributes[name]);
}

const add = (fields: EventFields, key: string, value: unknown): void =>
  fields.add(fields.known.under(fields.known.root, key), asFieldValue(value));

/** Adds the fields of EventData kept as text, as Microsoft Sentinel keeps it: JSON, or XML with `<Data Name="x">y</Data>`. */
export function addEventDataText(fields: EventFields, text: string): void {
  if (text.startsWith('{')) {
    const data = parseObject(text);
    if (data) addEventData(fields, data);
    return;
  }
  for (let from = text.indexOf('<Data'); from >= 0; from = text.indexOf('<Data', from + 5)) {
    const open = text.indexOf('>', from);
    if (open < 0) return;
    const tag = text.slice(from + 5, open);
    if (tag !== '' && !tag.startsWith(' ')) continue;
    const quote = tag.indexOf('"');
    const name = quote < 0 ? 'Data' : tag.slice(quote + 1, tag.indexOf('"', quote + 1));
    const close = tag.endsWith('/') ? open + 1 : text.indexOf('<', open);
    add(fields, name, unescapeXml(text.slice(open + 1, close < 0 ? undefined : close)));
  }
}

const entities = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

const unescapeXml = (text: string): string =>
  text.includes('&')
    ? text.replaceAll(
        /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,4}));/gi,
        (whole, decimal?: string, hex?: string, name?: string) => {
          if (name !== undefined) return entities.get(name) ?? whole;
          const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
          return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
        },
      )
    : text;
