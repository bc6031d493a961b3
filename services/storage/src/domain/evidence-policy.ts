import type { EvidenceWarning } from '@soc/contracts/storage/objects';
import type { Finding } from './inspect-content.ts';

/** What an installation does not accept, and what it sets aside. */
export interface EvidencePolicy {
  /** Media types, or kinds of them as `image/*`. */
  readonly refusedTypes: readonly string[];
  readonly quarantineWarnings: readonly EvidenceWarning[];
}

export type PolicyDecision =
  | { readonly ok: true; readonly quarantineReason: string | null }
  | { readonly ok: false; readonly refusal: 'type_refused' };

const isOf = (type: string, pattern: string): boolean =>
  pattern.endsWith('/*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;

/** By what the bytes show, and by what the sender claims: either is enough to refuse. */
export function decideIntake(policy: EvidencePolicy, finding: Finding, claimedType: string): PolicyDecision {
  const types = [finding.detectedType, claimedType];
  if (policy.refusedTypes.some((pattern) => types.some((type) => isOf(type, pattern)))) {
    return { ok: false, refusal: 'type_refused' };
  }
  const reasons = finding.warnings.filter((warning) => policy.quarantineWarnings.includes(warning));
  return { ok: true, quarantineReason: reasons.length > 0 ? reasons.join(', ') : null };
}
