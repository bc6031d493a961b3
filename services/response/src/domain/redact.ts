export const REDACTED = '[redacted]';

const SECRET_NAME =
  /passw(or)?d|passphrase|pwd|secret|token|api[-_]?key|authorization|cookie|credential|private[-_]?key/i;

/** Whether something of this name holds a credential: a header, a query parameter, a JSON key, a variable. */
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name);

/** The same values, those of secret names hidden. */
export const redactRecord = (record: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, isSecretName(name) ? REDACTED : value]));

/** A URL's query with the values of secret names hidden. Works on text: the URL may still hold variables. */
export const redactUrl = (url: string): string =>
  url.replaceAll(/([?&])([^=&#]+)=([^&#]*)/g, (pair, mark: string, name: string) =>
    isSecretName(name) ? `${mark}${name}=${REDACTED}` : pair,
  );

const redactJson = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(redactJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, isSecretName(key) ? REDACTED : redactJson(inner)]),
  );
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not JSON: shown as the text it is
  }
};

const MAX_SHOWN_CHARACTERS = 4_096;

/** A body for people to read: secret JSON keys and form fields hidden, cut to 4,096 characters. */
export function redactBody(text: string): string {
  const value = parsed(text);
  const shown =
    typeof value === 'object' && value !== null
      ? JSON.stringify(redactJson(value))
      : text.replaceAll(/(^|&)([^=&\s]+)=([^&\s]*)/g, (pair, mark: string, name: string) =>
          isSecretName(name) ? `${mark}${name}=${REDACTED}` : pair,
        );
  return shown.slice(0, MAX_SHOWN_CHARACTERS);
}
