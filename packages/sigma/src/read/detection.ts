import type { Expression } from '../expression.ts';
import { type Condition, parseCondition } from './condition.ts';
import type { Problems } from './problems.ts';
import { readSearch } from './search.ts';
import { nameOfTree, type TreeEntry, type TreeMap } from './tree.ts';
import { type ReadingContext, spend } from './value-test.ts';

export interface Detection {
  readonly condition: Expression;
  readonly searches: ReadonlyMap<string, Expression>;
}

type Searches = ReadonlyMap<string, Expression>;

/** Whether a name fits a pattern in which `*` stands for any characters. */
function fits(name: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  let from = first.length;
  for (const piece of rest) {
    const at = name.indexOf(piece, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  return from + last.length <= name.length;
}

/** `them` and patterns leave out names with an underscore in front, unless the pattern has it as well. */
function namesOf(pattern: string, searches: Searches): readonly string[] {
  const wanted = pattern.toLowerCase() === 'them' ? '*' : pattern;
  const names = [...searches.keys()].filter((name) => fits(name, wanted));
  return pattern.startsWith('_') ? names : names.filter((name) => !name.startsWith('_'));
}

function resolve(
  condition: Condition,
  searches: Searches,
  line: number,
  context: ReadingContext,
): Expression | undefined {
  const { problems } = context;
  if (!spend(context, condition.kind === 'of' ? searches.size : 1)) {
    return problems.add(line, 'the conditions of the rule name too many searches');
  }
  switch (condition.kind) {
    case 'name': {
      const { name } = condition;
      const expression = searches.get(name);
      return expression
        ? { kind: 'search', name, expression }
        : problems.add(line, `the condition names ${name}, which is no search`);
    }
    case 'of': {
      const operands = namesOf(condition.pattern, searches).flatMap((name) => {
        const expression = searches.get(name);
        return expression ? [{ kind: 'search' as const, name, expression }] : [];
      });
      if (operands.length === 0) {
        return problems.add(line, `the condition names ${condition.pattern}, but no search is called so`);
      }
      return { kind: condition.quantifier === 'all' ? 'and' : 'or', operands };
    }
    case 'not': {
      const operand = resolve(condition.operand, searches, line, context);
      return operand && { kind: 'not', operand };
    }
    case 'and':
    case 'or': {
      const operands = condition.operands.map((operand) => resolve(operand, searches, line, context));
      const read = operands.filter((operand) => operand !== undefined);
      return read.length < operands.length ? undefined : { kind: condition.kind, operands: read };
    }
  }
}

/** The conditions of an entry: a text, or a list of texts of which one has to hold. */
function conditionTexts({ value, line }: TreeEntry, problems: Problems): readonly { text: string; line: number }[] {
  const items = value.kind === 'list' ? value.items : [value];
  if (items.length === 0) problems.add(line, 'the list of conditions is empty');
  return items.flatMap((item) => {
    if (item.kind === 'scalar' && typeof item.value === 'string') return [{ text: item.value, line: item.line }];
    problems.add(item.line, `a condition is text, not ${nameOfTree(item)}`);
    return [];
  });
}

/** Reads the searches of a map, all entries but those reserved, and the condition over them. */
export function readDetection(
  map: TreeMap,
  reserved: readonly string[],
  context: ReadingContext,
): Detection | undefined {
  const { problems } = context;
  const searches = new Map<string, Expression>();
  for (const { key, value } of map.entries) {
    if (reserved.includes(key)) continue;
    const expression = readSearch(value, context);
    if (expression) searches.set(key, expression);
  }
  const entry = map.entries.find(({ key }) => key === 'condition');
  if (!entry) return problems.add(map.line, 'condition is missing');
  if (searches.size === 0 && problems.found.length === 0) return problems.add(map.line, 'there is no search');
  const conditions: Expression[] = [];
  for (const { text, line } of conditionTexts(entry, problems)) {
    const parsed = parseCondition(text);
    if ('reason' in parsed) problems.add(line, parsed.reason);
    // What is wrong with a search has been said; that the condition then misses it would only hide that.
    else if (problems.found.length === 0) {
      const condition = resolve(parsed.condition, searches, line, context);
      if (condition) conditions.push(condition);
    }
  }
  const [first, ...rest] = conditions;
  if (!first || problems.found.length > 0) return undefined;
  return { condition: rest.length === 0 ? first : { kind: 'or', operands: conditions }, searches };
}
