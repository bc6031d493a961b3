import type { Expression, ValueTest } from '../expression.ts';
import { type Modifiers, readModifiers } from './modifiers.ts';
import { nameOfTree, type Tree, type TreeEntry, type TreeList, type TreeMap, type TreeScalar } from './tree.ts';
import { type ReadingContext, readValueTests } from './value-test.ts';

const plain: Modifiers = {
  transformations: [],
  type: { kind: 'value' },
  isCased: false,
  wantsAll: false,
  isNegated: false,
  expands: false,
  position: 'whole',
};

const either = (kind: 'and' | 'or', operands: readonly Expression[]): Expression => {
  const [first, ...rest] = operands;
  return first && rest.length === 0 ? first : { kind, operands };
};

/** What stands under a field: one value or several. */
function scalarsOf(entry: TreeEntry, what: string, { problems }: ReadingContext): readonly TreeScalar[] | undefined {
  const { value, line } = entry;
  if (value.kind === 'scalar') return [value];
  if (value.kind === 'map') return problems.add(line, `${what} has a value or a list of values, not a map`);
  if (value.items.length === 0) return problems.add(line, `${what} has an empty list of values`);
  const scalars: TreeScalar[] = [];
  for (const item of value.items) {
    if (item.kind !== 'scalar') return problems.add(item.line, `a value of ${what} is ${nameOfTree(item)}`);
    if (item.value === null) {
      return problems.add(item.line, `null cannot be in a list of values: give it a search of its own`);
    }
    scalars.push(item);
  }
  return scalars;
}

function fieldExpression(field: string, entry: TreeEntry, modifiers: Modifiers, context: ReadingContext) {
  const scalars = scalarsOf(entry, field, context);
  if (!scalars) return undefined;
  if (modifiers.wantsAll && scalars.length === 1) {
    return context.problems.add(entry.line, `the modifier all of ${field} wants more than one value`);
  }
  const values: Expression[] = [];
  for (const scalar of scalars) {
    const tests = readValueTests(scalar, modifiers, context);
    if (!tests) return undefined;
    const written = scalar.source;
    values.push(
      either(
        'or',
        tests.map((test) => ({ kind: 'field', field, test, written })),
      ),
    );
  }
  const any = either(modifiers.wantsAll ? 'and' : 'or', values);
  return modifiers.isNegated ? ({ kind: 'not', operand: any } as const) : any;
}

const isKeywordTest = (test: ValueTest): test is Extract<ValueTest, { kind: 'text' | 'regex' }> =>
  test.kind === 'text' || test.kind === 'regex';

/** A keyword is looked for within the values of the event, so it is as if `contains` stood behind it. */
function keywordExpression(scalar: TreeScalar, modifiers: Modifiers, context: ReadingContext): Expression | undefined {
  const { problems } = context;
  if (scalar.value === null || scalar.source === '') return problems.add(scalar.line, 'a keyword is text, not nothing');
  const kind = modifiers.type.kind;
  if (kind !== 'value' && kind !== 'regex') {
    return problems.add(scalar.line, `a keyword has no field for ${kind} to ask of`);
  }
  if (modifiers.position === 'start' || modifiers.position === 'end') {
    return problems.add(scalar.line, 'a keyword is looked for anywhere; startswith and endswith want a field');
  }
  const asText = kind === 'value' ? { ...scalar, value: String(scalar.source) } : scalar;
  const tests = readValueTests(asText, { ...modifiers, position: 'anywhere' }, context);
  const operands = tests
    ?.filter(isKeywordTest)
    .map((test) => ({ kind: 'keyword', test, written: scalar.source }) as const);
  return operands && either('or', operands);
}

function keywordsExpression(entry: TreeEntry, modifiers: Modifiers, context: ReadingContext): Expression | undefined {
  const scalars = scalarsOf(entry, 'a keyword search', context);
  if (!scalars) return undefined;
  if (modifiers.wantsAll && scalars.length === 1) {
    return context.problems.add(entry.line, 'the modifier all of keywords wants more than one value');
  }
  const keywords = scalars.map((scalar) => keywordExpression(scalar, modifiers, context));
  const read = keywords.filter((keyword) => keyword !== undefined);
  if (read.length < keywords.length) return undefined;
  const any = either(modifiers.wantsAll ? 'and' : 'or', read);
  return modifiers.isNegated ? { kind: 'not', operand: any } : any;
}

/** `field|modifier|modifier: values`; keywords when nothing stands before the first bar. */
function entryExpression(entry: TreeEntry, context: ReadingContext): Expression | undefined {
  const [field = '', ...names] = entry.key.split('|');
  const modifiers = readModifiers(names, entry.line, context.problems);
  if (!modifiers) return undefined;
  if (field.trim() !== '') return fieldExpression(field, entry, modifiers, context);
  if (names.length > 0) return keywordsExpression(entry, modifiers, context);
  return context.problems.add(entry.line, 'a field has no name');
}

function mapExpression(map: TreeMap, context: ReadingContext): Expression | undefined {
  if (map.entries.length === 0) return context.problems.add(map.line, 'a search is empty');
  const operands = map.entries.map((entry) => entryExpression(entry, context));
  const read = operands.filter((operand) => operand !== undefined);
  return read.length < operands.length ? undefined : either('and', read);
}

function listExpression(list: TreeList, context: ReadingContext): Expression | undefined {
  if (list.items.length === 0) return context.problems.add(list.line, 'a search is empty');
  const operands = list.items.map((item) => {
    if (item.kind === 'map') return mapExpression(item, context);
    if (item.kind === 'scalar') return keywordExpression(item, plain, context);
    return context.problems.add(item.line, 'a list within the list of a search has no meaning');
  });
  const read = operands.filter((operand) => operand !== undefined);
  return read.length < operands.length ? undefined : either('or', read);
}

/** A search identifier: a map whose entries all hold, or a list of maps and keywords of which one does. */
export function readSearch(tree: Tree, context: ReadingContext): Expression | undefined {
  if (tree.kind === 'map') return mapExpression(tree, context);
  if (tree.kind === 'list') return listExpression(tree, context);
  return keywordExpression(tree, plain, context);
}
