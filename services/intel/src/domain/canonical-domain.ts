/** RFC 1035 §2.3.4. */
const MAX_DOMAIN_LENGTH = 253;

/** Underscores are no host names, but live in DNS (`_dmarc`) and in attackers' zones. */
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const TOP_LABEL = /^(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/;

/** Internationalised names as DNS sees them; the URL parser implements UTS 46. */
function toAscii(name: string): string | undefined {
  const url = `http://${name}/`;
  return /[\s/\\?#@:%]/.test(name) || !URL.canParse(url) ? undefined : new URL(url).hostname;
}

/**
 * A domain of two labels or more in lower-case ASCII, without a trailing dot or a leading wildcard: an indicator speaks for
 * everything below it anyway. Undefined for a bare label, an address, a file path.
 */
export function canonicalDomain(text: string): string | undefined {
  const lower = text
    .toLowerCase()
    .replace(/^\*?\./, '')
    .replace(/\.$/, '');
  // eslint-disable-next-line no-control-regex -- every character beyond ASCII, and only those
  const name = /^[\x00-\x7f]*$/.test(lower) ? lower : toAscii(lower);
  if (name === undefined || name.length > MAX_DOMAIN_LENGTH) return undefined;
  const labels = name.split('.');
  const top = labels.at(-1) ?? '';
  return labels.length >= 2 && TOP_LABEL.test(top) && labels.every((label) => LABEL.test(label)) ? name : undefined;
}

/** The domain's parents, nearest first, down to two labels: `a.b.evil.example` gives `b.evil.example`, `evil.example`. */
export function parentDomains(domain: string): readonly string[] {
  const labels = domain.split('.');
  return labels.slice(1, -1).map((_, index) => labels.slice(index + 1).join('.'));
}
