import { type CutDocument, cutDocument, type Passage } from '../domain/cut-document.ts';
import type { FieldTest, Query } from '../domain/query/query.ts';
import type { SearchDocument } from '../domain/search-document.ts';

const cuts = new WeakMap<SearchDocument, CutDocument>();
function cutOnce(document: SearchDocument): CutDocument {
  const cut = cuts.get(document) ?? cutDocument(document);
  cuts.set(document, cut);
  return cut;
}

type Words = Extract<Query, { op: 'words' }>;
type Field = Extract<Query, { op: 'field' }>;

/** Whether a query finds a document, read off its meaning and slow: what adapters are held against. */
export function isFoundBy(query: Query, document: SearchDocument): boolean {
  switch (query.op) {
    case 'all':
      return true;
    case 'and':
      return query.parts.every((part) => isFoundBy(part, document));
    case 'or':
      return query.parts.some((part) => isFoundBy(part, document));
    case 'not':
      return !isFoundBy(query.part, document);
    case 'words':
      return hasWords(query, document);
    case 'field':
      return hasField(query, document);
  }
}

function hasWords({ words, prefix, in: within }: Words, document: SearchDocument): boolean {
  const { title, passages, identifiers } = cutOnce(document);
  const isWord = (word: string) => (one: string) => (prefix ? one.startsWith(word) : one === word);
  const holds = (passage: Passage): boolean =>
    passage.some((_, start) => words.every((word, offset) => passage[start + offset]?.some(isWord(word)) ?? false));
  if (holds(title)) return true;
  if (within === 'title') return false;
  const [only = ''] = words;
  return passages.some(holds) || (words.length === 1 && identifiers.some(isWord(only)));
}

function hasField({ field, test }: Field, document: SearchDocument): boolean {
  if (field === 'score' || field === 'occurredAt') return isWithin(document[field], test);
  const values = document.fields[field] ?? [];
  if (test.is === 'exists') return values.length > 0;
  if (test.is === 'equals') return values.includes(test.value);
  if (test.is !== 'pattern') throw new Error(`${field} has no order`);
  const escaped = test.pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  const pattern = new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'su');
  return values.some((value) => pattern.test(value));
}

function isWithin(value: number | string | null, test: FieldTest): boolean {
  if (value === null) return false;
  if (test.is !== 'range') return test.is === 'exists';
  const { gte, gt, lte, lt } = test;
  return (
    (gte === undefined || value >= gte) &&
    (gt === undefined || value > gt) &&
    (lte === undefined || value <= lte) &&
    (lt === undefined || value < lt)
  );
}
