import { createHash } from 'node:crypto';
import type { CompiledCorrelation, Group } from '@soc/sigma';

/** Names the window of a rule as it is now and of a group; what the rule counts and how decides, its title and texts do not. */
export function windowKeyOf({ rule, carried }: CompiledCorrelation, group: Group): string {
  const { type, rules, groupBy, timespanMs, bounds, valueFields, percentile, ruleCondition } = rule;
  const aliases = [...rule.aliases].map(([alias, fields]) => [alias, [...fields]]);
  const counted = [type, rules, groupBy, timespanMs, bounds, valueFields, percentile, ruleCondition, aliases, carried];
  const hex = createHash('sha256')
    .update(JSON.stringify([counted, group.key]))
    .digest('hex');
  // As a uuid, which takes 16 bytes in the database.
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
