import type { CorrelationRule, Level, RuleCondition, SigmaRule } from '../rule.ts';
import type { Condition } from './condition.ts';
import { namesIn } from './correlation-condition.ts';
import { readingLimits } from './limits.ts';
import { refuse, type Registry, resolveId, type RuleDraft } from './registry.ts';

type CorrelationOf = Extract<RuleDraft, { kind: 'correlation' }>;

const levels: readonly Level[] = ['informational', 'low', 'medium', 'high', 'critical'];

function linkCondition(
  condition: Condition,
  idOf: (name: string) => string | undefined,
): RuleCondition | { readonly reason: string } {
  if (condition.kind === 'of') return { reason: `${condition.pattern} cannot be counted over rules: name them` };
  if (condition.kind === 'name') {
    const id = idOf(condition.name);
    return id === undefined
      ? { reason: `the condition names ${condition.name}, which is not among rules` }
      : { kind: 'rule', id };
  }
  if (condition.kind === 'not') {
    const operand = linkCondition(condition.operand, idOf);
    return 'reason' in operand ? operand : { kind: 'not', operand };
  }
  const operands: RuleCondition[] = [];
  for (const each of condition.operands) {
    const operand = linkCondition(each, idOf);
    if ('reason' in operand) return operand;
    operands.push(operand);
  }
  return { kind: condition.kind, operands };
}

/** Aliases by the ids of rules; a rule that the correlation does not count is a mistake. */
function linkAliases({ correlation }: CorrelationOf, ids: readonly string[], registry: Registry) {
  const aliases = new Map<string, ReadonlyMap<string, string>>();
  for (const [alias, fields] of correlation.aliases) {
    const byId = new Map<string, string>();
    for (const [reference, field] of fields) {
      const id = resolveId(reference, registry);
      if (id === undefined || !ids.includes(id)) {
        return { reason: `the alias ${alias} is of ${reference}, which is not among rules` };
      }
      byId.set(id, field);
    }
    aliases.set(alias, byId);
  }
  return aliases;
}

function linkRuleCondition({ correlation }: CorrelationOf, ids: readonly string[], registry: Registry) {
  const { condition } = correlation;
  if (!condition) return undefined;
  const linked = linkCondition(condition, (name) => ids.find((id) => id === resolveId(name, registry)));
  if ('reason' in linked) return linked;
  const named = new Set(namesIn(condition).map((name) => resolveId(name, registry)));
  const unused = correlation.rules.find((_, index) => !named.has(ids[index]));
  return unused === undefined ? linked : { reason: `the condition does not name ${unused}, which is among rules` };
}

/** Gives rules by id, correlations with their rules resolved: those first that others count. */
export function createLinker(registry: Registry) {
  const linked = new Map<string, CorrelationRule | undefined>();
  const underway: string[] = [];

  function linkRule(id: string): SigmaRule | { readonly reason: string } {
    const draft = registry.drafts.get(id);
    if (draft?.kind === 'detection') return draft.rule;
    if (!draft) return { reason: 'which is not among the rules' };
    if (underway.includes(id)) return { reason: 'which counts it in turn' };
    if (underway.length >= readingLimits.correlationDepth) {
      return { reason: 'which counts others that count others, and so on' };
    }
    if (!linked.has(id)) {
      underway.push(id);
      linked.set(id, linkCorrelation(draft));
      underway.pop();
    }
    return linked.get(id) ?? { reason: 'which is refused itself' };
  }

  function linkCorrelation(draft: CorrelationOf): CorrelationRule | undefined {
    const { head, correlation } = draft;
    const { condition: _, rulesLine, ...rest } = correlation;
    const rules: SigmaRule[] = [];
    for (const reference of correlation.rules) {
      const rule = linkRule(resolveId(reference, registry) ?? reference);
      if ('reason' in rule) return refuse(registry, head, `it counts ${reference}, ${rule.reason}`, rulesLine);
      rules.push(rule);
    }
    const ids = rules.map(({ id }) => id);
    const twice = correlation.rules.find((__, index) => ids.indexOf(ids[index] ?? '') !== index);
    if (twice !== undefined) return refuse(registry, head, `it counts ${twice} twice, by id and by name`, rulesLine);
    const aliases = linkAliases(draft, ids, registry);
    if ('reason' in aliases) return refuse(registry, head, aliases.reason, rulesLine);
    const ruleCondition = linkRuleCondition(draft, ids, registry);
    if (ruleCondition && 'reason' in ruleCondition) return refuse(registry, head, ruleCondition.reason, rulesLine);
    const highest = levels.findLast((level) => rules.some((rule) => rule.level === level)) ?? 'medium';
    const own = { ...rest, rules: ids, aliases, ...(ruleCondition ? { ruleCondition } : {}) };
    return { ...head, kind: 'correlation', level: head.level ?? highest, ...own };
  }

  return linkRule;
}
