import { textsOfObjects } from './objects-in-text.ts';

/** A document of a body: its value and its text, or why it could not be read. */
export type ReadDocument =
  | { readonly ok: true; readonly value: unknown; readonly text: string }
  | { readonly ok: false; readonly reason: string };

/** The documents of a body, each read when it is asked for. */
export interface DocumentList {
  readonly length: number;
  readonly read: (index: number) => ReadDocument;
}

/**
 * The documents of a text: the elements of a JSON array, the one JSON value it is, or else its lines that are not empty
 * (NDJSON). So a body that is not JSON as a whole loses the bad lines only. `parse` throws for what is not JSON.
 */
export function documentsOfText(text: string, parse: (json: string) => unknown): DocumentList {
  const whole = read(text, parse);
  if (!whole.ok) {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    return { length: lines.length, read: (index) => read(lines[index]?.trim() ?? '', parse) };
  }
  const { value } = whole;
  if (!Array.isArray(value)) return { length: 1, read: () => whole };
  const texts = textsOfObjects(text, value);
  return { length: value.length, read: (index) => element(value[index], texts) };
}

function element(value: unknown, texts: ReadonlyMap<unknown, string>): ReadDocument {
  try {
    const written = JSON.stringify(value);
    return { ok: true, value, text: texts.get(value) ?? written };
  } catch {
    // JSON.parse reads any depth, JSON.stringify ends with the stack.
    return { ok: false, reason: 'nested too deeply' };
  }
}

function read(text: string, parse: (json: string) => unknown): ReadDocument {
  try {
    return { ok: true, value: parse(text), text };
  } catch (error) {
    // Throwing is how a JSON parser says no.
    return { ok: false, reason: error instanceof Error ? error.message : 'not JSON' };
  }
}
