import type { RuleSet } from '../rule.ts';
import type { Draft } from './draft.ts';
import { createLinker } from './link-correlations.ts';
import { applyFilters, type Narrows } from './link-filters.ts';
import { register, registerFilters, type Registry } from './registry.ts';

/**
 * Applies filters, resolves what correlations count, and refuses what names nothing, somebody else's name, or itself. What
 * was made of one document comes together.
 */
export function linkDrafts(documents: readonly (readonly Draft[])[], narrows: Narrows): RuleSet {
  const registry: Registry = { drafts: new Map(), idsByName: new Map(), refusals: [] };
  for (const drafts of documents) {
    register(
      drafts.filter((draft) => draft.kind !== 'filter'),
      registry,
    );
  }
  const written = documents.flat().filter((draft) => draft.kind === 'filter');
  const filters = applyFilters(registerFilters(written, registry), registry, narrows);
  const linkRule = createLinker(registry);
  const rules = [...registry.drafts.keys()].flatMap((id) => {
    const rule = linkRule(id);
    return 'reason' in rule ? [] : [rule];
  });
  return { rules, filters, refusals: registry.refusals };
}
