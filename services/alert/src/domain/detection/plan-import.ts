import type { ImportedDocument, ImportOutcome } from '@soc/contracts/alert/rule-import';
import type { ReadRule, RefusedRule, StoredRule } from './read-rule.ts';

/** A rule that is to be written, with the version it gets. */
export interface PlannedRule {
  readonly rule: ReadRule;
  readonly version: number;
}

export interface ImportPlan {
  readonly written: readonly PlannedRule[];
  readonly outcome: ImportOutcome;
}

/**
 * Compares what was read with what is stored. The same content is left alone, so that an import can be repeated; other
 * content under a known id is its next version. Rules that were read for their surroundings only (`isAsked` false: stored ones that
 * a new filter or correlation touches) are written where they changed and are not told of.
 */
export function planImport(
  read: readonly ReadRule[],
  refused: readonly RefusedRule[],
  stored: readonly StoredRule[],
  isAsked: (rule: ReadRule) => boolean = () => true,
): ImportPlan {
  const storedById = new Map(stored.map((rule) => [rule.id, rule]));
  const written: PlannedRule[] = [];
  const documents: ImportedDocument[] = refused.map((refusal) => ({ ...refusal, outcome: 'refused', version: null }));
  for (const rule of read) {
    const known = storedById.get(rule.id);
    const outcome = outcomeOf(rule, known);
    const version = outcome === 'unchanged' ? (known?.version ?? 1) : (known?.version ?? 0) + 1;
    if (outcome !== 'unchanged') written.push({ rule, version });
    const { id, title, file, line } = rule;
    if (isAsked(rule)) documents.push({ file, line, outcome, id, title, version, reason: null });
  }
  const count = (asked: ImportedDocument['outcome']): number =>
    documents.filter(({ outcome }) => outcome === asked).length;
  return {
    written,
    outcome: {
      loaded: count('loaded'),
      updated: count('updated'),
      unchanged: count('unchanged'),
      refused: count('refused'),
      documents,
    },
  };
}

function outcomeOf(rule: ReadRule, known: StoredRule | undefined): 'loaded' | 'updated' | 'unchanged' {
  if (!known) return 'loaded';
  return known.contentHash === rule.contentHash ? 'unchanged' : 'updated';
}
