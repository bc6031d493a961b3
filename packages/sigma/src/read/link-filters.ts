import { baseOf } from '../aggregation-base.ts';
import type { DetectionRule, SigmaFilter } from '../rule.ts';
import type { Draft } from './draft.ts';
import { applyFilter, coversLogSource } from './filter.ts';
import { refuse, type Registry, resolveId, type RuleDraft } from './registry.ts';

/** Whether the filter with this id is at work. */
export type Narrows = (filterId: string) => boolean;

type FilterOf = Extract<Draft, { kind: 'filter' }>;

/** What a filter of this rule narrows: of a rule with an aggregation, what that counts. */
function narrowedFor(id: string, { drafts }: Registry): RuleDraft | undefined {
  const draft = drafts.get(id);
  const base = draft?.kind === 'correlation' ? baseOf({ id, rules: draft.correlation.rules }) : undefined;
  return base === undefined ? draft : drafts.get(base);
}

function targetsOf({ head, filter }: FilterOf, registry: Registry): readonly DetectionRule[] | undefined {
  const { rules, logSource, rulesLine } = filter;
  if (rules === 'any') {
    const all = [...registry.drafts.values()].flatMap((draft) => (draft.kind === 'detection' ? [draft.rule] : []));
    const covered = all.filter((rule) => coversLogSource(logSource, rule.logSource));
    return covered.length > 0
      ? covered
      : refuse(registry, head, 'no rule has the log source of this filter', rulesLine);
  }
  const targets = new Set<DetectionRule>();
  for (const reference of rules) {
    const draft = narrowedFor(resolveId(reference, registry) ?? '', registry);
    if (!draft) return refuse(registry, head, `it filters ${reference}, which is not among the rules`, rulesLine);
    if (draft.kind === 'correlation') {
      return refuse(registry, head, `it filters ${reference}, which is a correlation`, rulesLine);
    }
    if (!coversLogSource(logSource, draft.rule.logSource)) {
      return refuse(registry, head, `it filters ${reference}, which has another log source`, rulesLine);
    }
    targets.add(draft.rule);
  }
  return [...targets];
}

/** Narrows the rules that filters at work name; a filter that names another kind of thing is refused. */
export function applyFilters(
  filters: readonly FilterOf[],
  registry: Registry,
  narrows: Narrows,
): readonly SigmaFilter[] {
  return filters.flatMap((draft) => {
    const targets = targetsOf(draft, registry);
    if (!targets) return [];
    for (const rule of narrows(draft.head.id) ? targets : []) {
      registry.drafts.set(rule.id, { kind: 'detection', rule: applyFilter(rule, draft.filter) });
    }
    return [{ ...draft.head, rules: targets.map(({ id }) => id) }];
  });
}
