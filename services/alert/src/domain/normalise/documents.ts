/** Documents one payload may hold; bulk ingestion is the door for more. */
export const DOCUMENTS_LIMIT = 10_000;

type Documents =
  | { readonly ok: true; readonly documents: readonly unknown[] }
  | { readonly ok: false; readonly refusal: string };

/** The documents of a payload: one object, an array of them, or a text of JSON or NDJSON. */
export function documentsOf(payload: unknown): Documents {
  const parsed = typeof payload === 'string' ? parseText(payload) : { ok: true as const, value: payload };
  if (!parsed.ok) return parsed;
  const documents = Array.isArray(parsed.value) ? parsed.value : [parsed.value];
  if (documents.length === 0) return { ok: false, refusal: 'payload: an empty list' };
  return documents.length > DOCUMENTS_LIMIT
    ? { ok: false, refusal: `payload: more than ${DOCUMENTS_LIMIT} documents` }
    : { ok: true, documents };
}

type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly refusal: string };

function parseText(text: string): Parsed {
  const whole = parseJson(text);
  if (whole.ok) return whole;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return { ok: false, refusal: 'payload: empty' };
  const values: unknown[] = [];
  for (const [index, line] of lines.entries()) {
    const value = parseJson(line);
    if (!value.ok) return { ok: false, refusal: `payload: line ${index + 1} is not JSON` };
    values.push(value.value);
  }
  return { ok: true, value: values };
}

/** Reads JSON that came inside of JSON, or as text. */
export function parseJson(text: string): Parsed {
  try {
    const value: unknown = JSON.parse(text);
    return { ok: true, value };
  } catch {
    // JSON.parse says no by throwing; what it says (a position) helps nobody here.
    return { ok: false, refusal: 'not JSON' };
  }
}
