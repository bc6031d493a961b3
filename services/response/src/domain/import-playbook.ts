import type { PlaybookSummary } from '@soc/contracts/response/playbooks';
import type { Playbook } from './playbook.ts';

/** What an import means, given what is there. `same`: the very document is there already. */
export type ImportDecision =
  | { readonly ok: true; readonly kind: 'new' | 'newer' | 'same' }
  | { readonly ok: false; readonly refusal: 'outdated' | 'version_exists' };

/** CACAO 2.0 §3.1: playbooks of one id are versions of one playbook, told apart by `modified`. */
export function decideImport(
  playbook: Pick<Playbook, 'modified'>,
  existing: Pick<PlaybookSummary, 'modified'> | undefined,
  isSameDocument: boolean,
): ImportDecision {
  if (!existing) return { ok: true, kind: 'new' };
  if (isSameDocument) return { ok: true, kind: 'same' };
  const age = Date.parse(playbook.modified) - Date.parse(existing.modified);
  if (age === 0) return { ok: false, refusal: 'version_exists' };
  return age > 0 ? { ok: true, kind: 'newer' } : { ok: false, refusal: 'outdated' };
}
