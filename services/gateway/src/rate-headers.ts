import type { RateRule, RateVerdict } from './domain/gcra.ts';

const policies = new WeakMap<RateRule, string>();

function policyOf(rule: RateRule): string {
  const known = policies.get(rule);
  if (known !== undefined) return known;
  const policy = `"${rule.name}";q=${rule.burst};w=${Math.max(1, Math.ceil(rule.burst / rule.perS))}`;
  policies.set(rule, policy);
  return policy;
}

/**
 * Tells how much is left of the rule that is nearest to its limit: `RateLimit-Policy` and `RateLimit`
 * (draft-ietf-httpapi-ratelimit-headers-10), and the three fields that came before them and are more widely read. Names and
 * values in turn.
 */
export const rateFields = ({ rule, remaining, resetS }: RateVerdict): string[] => [
  'ratelimit-limit',
  String(rule.burst),
  'ratelimit-remaining',
  String(remaining),
  'ratelimit-reset',
  String(resetS),
  'ratelimit-policy',
  policyOf(rule),
  'ratelimit',
  `"${rule.name}";r=${remaining};t=${resetS}`,
];
