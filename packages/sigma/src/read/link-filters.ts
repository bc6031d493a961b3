import type { DetectionRule, SigmaFilter } from '../rule.ts';
import { baseIdOf } from './aggregation.ts';
import type { Draft } from './draft.ts';
import { applyFilter, coversLogSource } from './filter.ts';
import { refuse, type Registry, resolveId } from './registry.ts';

type FilterOf = Extract<Draft, { kind: 'filter' }>;

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
    const id = resolveId(reference, registry) ?? '';
    // Of a rule with an aggregation, what it counts is filtered.
    const draft = registry.drafts.get(baseIdOf(id)) ?? registry.drafts.get(id);
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

/** Narrows the rules that filters name; a filter that names another kind of thing is refused. */
export function applyFilters(filters: readonly FilterOf[], registry: Registry): readonly SigmaFilter[] {
  return filters.flatMap((draft) => {
    const targets = targetsOf(draft, registry);
    if (!targets) return [];
    for (const rule of targets) {
      registry.drafts.set(rule.id, { kind: 'detection', rule: applyFilter(rule, draft.filter) });
    }
    return [{ ...draft.head, rules: targets.map(({ id }) => id) }];
  });
}
