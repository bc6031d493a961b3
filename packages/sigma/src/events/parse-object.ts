import { isObject, type JsonObject } from './event-fields.ts';

/** A JSON object kept as text within an event; undefined when it is none. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
