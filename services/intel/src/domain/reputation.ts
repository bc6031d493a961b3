import type { IndicatorMatch, Observable, Reputation, WarninglistHit } from '@soc/contracts';

/** STIX 2.1 appendix A: high confidence begins at 70, low ends at 29. */
const MALICIOUS_FROM = 70;
const SUSPICIOUS_FROM = 30;

const keyOf = ({ type, value }: Observable): string => `${type} ${value}`;

/**
 * What the matches say together. One on a warninglisted observable counts for nothing: it is likely a false positive; when
 * that is all there is, the alert is benign so far. Without any match nothing is known.
 */
export function reputationOf(
  matches: readonly IndicatorMatch[],
  warninglistHits: readonly WarninglistHit[],
): Reputation {
  const warned = new Set(warninglistHits.map(({ observable }) => keyOf(observable)));
  const standing = matches.filter(({ observable }) => !warned.has(keyOf(observable)));
  const confidence = Math.max(0, ...standing.map((match) => match.confidence));
  if (confidence >= MALICIOUS_FROM) return 'malicious';
  if (confidence >= SUSPICIOUS_FROM) return 'suspicious';
  return matches.length > 0 && standing.length === 0 ? 'benign' : 'unknown';
}
