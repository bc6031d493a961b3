const NAME_LIMIT = 253;
const LABEL = /^[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?$/;
const NOT_ASCII = /[^\u0021-\u007E]/;

/** A DNS or NetBIOS name in lower case, international names in punycode, no root dot; null for what is no name. */
export function canonicalHostName(text: string): string | null {
  const lower = text.toLowerCase().replace(/\.$/, '');
  if (lower === '' || lower.length > NAME_LIMIT) return null;
  const ascii = NOT_ASCII.test(lower) ? punycode(lower) : lower;
  return ascii !== null && ascii.split('.').every((label) => LABEL.test(label)) ? ascii : null;
}

/** The same with at least two labels, the last of which is no number: what DNS can be asked for. */
export function canonicalDomain(text: string): string | null {
  const name = canonicalHostName(text);
  return name !== null && /\.(?:[a-z]{2,63}|xn--[a-z\d-]{1,59})$/.test(name) ? name : null;
}

function punycode(name: string): string | null {
  if (/[\s/?#@:\\[\]%]/.test(name)) return null;
  try {
    return new URL(`http://${name}/`).hostname;
  } catch {
    // The URL parser is the platform's only IDNA check, and throwing is how it says no.
    return null;
  }
}
