import { createHash } from 'node:crypto';
import { RuleId } from '@soc/contracts/alert/rules';
import type { RuleCondition, SigmaRule } from '@soc/sigma';

/** The id a rule goes by here: its own, where that fits into a URL, else a UUID made of it (RFC 9562, version 8). */
export function ownId(id: string): string {
  if (RuleId.safeParse(id).success) return id;
  const hex = createHash('sha256').update(id).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The rule with all ids in it as they are here, by `ownId` or what knows better. */
export function withOwnIds(rule: SigmaRule, idOf: (id: string) => string): SigmaRule {
  const id = idOf(rule.id);
  if (rule.kind === 'detection') return { ...rule, id };
  const { ruleCondition } = rule;
  return {
    ...rule,
    id,
    rules: rule.rules.map(idOf),
    aliases: new Map(
      [...rule.aliases].map(([alias, fields]) => [alias, new Map([...fields].map(([of, field]) => [idOf(of), field]))]),
    ),
    ...(ruleCondition && { ruleCondition: conditionWithOwnIds(ruleCondition, idOf) }),
  };
}

function conditionWithOwnIds(condition: RuleCondition, idOf: (id: string) => string): RuleCondition {
  switch (condition.kind) {
    case 'rule':
      return { kind: 'rule', id: idOf(condition.id) };
    case 'not':
      return { kind: 'not', operand: conditionWithOwnIds(condition.operand, idOf) };
    case 'and':
    case 'or':
      return {
        kind: condition.kind,
        operands: condition.operands.map((operand) => conditionWithOwnIds(operand, idOf)),
      };
  }
}
