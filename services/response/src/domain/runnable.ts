/** Why a playbook may not run now. */
export type NotRunnable = 'disabled' | 'revoked' | 'not_yet_valid' | 'expired';

export interface RunnableFacts {
  readonly enabled: boolean;
  readonly revoked: boolean;
  /** RFC 3339; CACAO 2.0 §3.1 `valid_from` and `valid_until`. */
  readonly validFrom: string | null;
  readonly validUntil: string | null;
}

/** Whether a playbook may run at a time; a reason when it may not. */
export function whyNotRunnable(playbook: RunnableFacts, at: Date): NotRunnable | undefined {
  if (playbook.revoked) return 'revoked';
  if (!playbook.enabled) return 'disabled';
  if (playbook.validFrom !== null && Date.parse(playbook.validFrom) > at.getTime()) return 'not_yet_valid';
  if (playbook.validUntil !== null && Date.parse(playbook.validUntil) <= at.getTime()) return 'expired';
  return undefined;
}
