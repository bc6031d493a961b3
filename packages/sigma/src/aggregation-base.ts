import type { CorrelationRule } from './rule.ts';

/** The id of the rule that the correlation with an id counts, when an aggregation of Sigma 1 became the two. */
export const baseIdOf = (id: string): string => `${id}-events`;

/** The id of the rule that a correlation counts on behalf of an aggregation; undefined of any other correlation. */
export function baseOf({ id, rules }: Pick<CorrelationRule, 'id' | 'rules'>): string | undefined {
  const [counted, ...others] = rules;
  return others.length === 0 && counted === baseIdOf(id) ? counted : undefined;
}
