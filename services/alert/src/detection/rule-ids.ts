import { createHash } from 'node:crypto';
import { RuleId } from '@soc/contracts/alert/rules';
import type { RuleCondition, SigmaRule } from '@soc/sigma';

/** The id a rule goes by here: its own, where that fits into a URL, else a UUID made of it (RFC 9562, version 8). */
export function ownId(id: string): string {
  if (RuleId.safeParse(id).success) return id;
  const hex = createHash('sha256').update(id).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The rule with all ids in it as they are here. */
export function withOwnIds(rule: SigmaRule): SigmaRule {
  const id = ownId(rule.id);
  if (rule.kind === 'detection') return { ...rule, id };
  const { ruleCondition } = rule;
  return {
    ...rule,
    id,
    rules: rule.rules.map(ownId),
    aliases: new Map(
      [...rule.aliases].map(([alias, fields]) => [
        alias,
        new Map([...fields].map(([of, field]) => [ownId(of), field])),
      ]),
    ),
    ...(ruleCondition && { ruleCondition: conditionWithOwnIds(ruleCondition) }),
  };
}

function conditionWithOwnIds(condition: RuleCondition): RuleCondition {
  switch (condition.kind) {
    case 'rule':
      return { kind: 'rule', id: ownId(condition.id) };
    case 'not':
      return { kind: 'not', operand: conditionWithOwnIds(condition.operand) };
    case 'and':
    case 'or':
      return { kind: condition.kind, operands: condition.operands.map(conditionWithOwnIds) };
  }
}
