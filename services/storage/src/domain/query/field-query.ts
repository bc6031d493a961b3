import type { SearchField } from '@soc/contracts/storage/search';
import { fieldKind } from './fields.ts';
import { readInstant } from './instant.ts';
import { keyword } from './keyword.ts';
import { MAX_KEYWORD_CHARS } from './limits.ts';
import { joined, type Query, type RangeBound } from './query.ts';
import type { FieldText, ValueText } from './token.ts';
import { wildcardFault, wordsQuery } from './words-query.ts';

type Field = Exclude<SearchField, 'title'>;

/** A query, or what is wrong with the value. */
export type FieldQuery =
  | { readonly ok: true; readonly query: Query }
  | { readonly ok: false; readonly message: string };

const found = (query: Query): FieldQuery => ({ ok: true, query });
const refused = (message: string): FieldQuery => ({ ok: false, message });

const equals = (field: Field, value: string): Query => ({ op: 'field', field, test: { is: 'equals', value } });
const pattern = (field: Field, text: string): Query => ({ op: 'field', field, test: { is: 'pattern', pattern: text } });
const isAnything = ({ text, isQuoted }: ValueText): boolean => !isQuoted && /^\*+$/.test(text);

/** What a condition on a field asks for. */
export function fieldQuery(field: SearchField, test: FieldText, now: Date): FieldQuery {
  if (field === 'title') return titleQuery(test);
  if (test.is === 'value' && isAnything(test.value)) return found({ op: 'field', field, test: { is: 'exists' } });
  const kind = fieldKind(field);
  switch (kind.kind) {
    case 'choice':
      return choiceQuery(field, test, kind);
    case 'number':
      return rangeQuery(field, test, readNumber);
    case 'time':
      return rangeQuery(field, test, (text) => readTime(text, now));
    case 'keyword':
    case 'text':
      return test.is === 'value' ? keywordQuery(field, test.value) : refused(`${field} has no order to compare by`);
  }
}

function titleQuery(test: FieldText): FieldQuery {
  if (test.is !== 'value') return refused('title has no order to compare by');
  if (isAnything(test.value)) return found({ op: 'all' });
  const words = wordsQuery(test.value, 'title');
  if (!words.ok) return words;
  return words.query ? found(words.query) : refused('a value has no letter or digit to search for');
}

/** Networks that end at a dot are patterns; what is in between would be many. */
const NETWORK =
  /^(\d{1,3}\.)(?:(\d{1,3}\.)(?:(\d{1,3}\.)\d{1,3}\/24|\d{1,3}\.\d{1,3}\/16)|\d{1,3}\.\d{1,3}\.\d{1,3}\/8)$/;

function keywordQuery(field: Field, value: ValueText): FieldQuery {
  if (field === 'ip' && !value.isQuoted && value.text.includes('/')) {
    const parts = NETWORK.exec(value.text)?.slice(1);
    if (!parts) return refused('networks are written 10.0.0.0/8, 10.1.0.0/16 or 10.1.2.0/24');
    return found(pattern(field, `${parts.filter((part) => part !== undefined).join('')}*`));
  }
  const text = keyword(value.text);
  if (value.isQuoted || !/[*?]/.test(value.text)) return found(equals(field, text));
  if (value.text.length >= MAX_KEYWORD_CHARS) {
    return refused(`a pattern has fewer than ${MAX_KEYWORD_CHARS} characters`);
  }
  const message = wildcardFault(text);
  return message === undefined ? found(pattern(field, text.replaceAll(/\*+/g, '*'))) : refused(message);
}

interface Choice {
  readonly values: readonly string[];
  readonly isOrdered: boolean;
}

function choiceQuery(field: Field, test: FieldText, { values, isOrdered }: Choice): FieldQuery {
  const rankOf = (value: ValueText): number => values.indexOf(keyword(value.text));
  const unknown = refused(`${field} is one of ${values.join(', ')}`);
  if (test.is === 'value') return rankOf(test.value) < 0 ? unknown : found(equals(field, keyword(test.value.text)));
  if (!isOrdered) return refused(`${field} has no order to compare by`);
  const bounds = boundsOf(test);
  if ([bounds.from, bounds.to].some((bound) => bound && rankOf(bound) < 0)) return unknown;
  const least = bounds.from ? rankOf(bounds.from) + (bounds.includesFrom ? 0 : 1) : 0;
  const most = bounds.to ? rankOf(bounds.to) - (bounds.includesTo ? 0 : 1) : values.length - 1;
  const within = values.filter((_, rank) => rank >= least && rank <= most).map((value) => equals(field, value));
  return within.length === 0 ? refused(`no ${field} is within this range`) : found(joined('or', within));
}

/** A comparison is a range that is open on one side. */
function boundsOf(test: Exclude<FieldText, { is: 'value' }>): Exclude<FieldText, { is: 'value' | 'compared' }> {
  if (test.is === 'between') return test;
  const { by, value } = test;
  const [isLower, isIncluded] = [by.startsWith('>'), by.endsWith('=')];
  const [from, to] = isLower ? [value, undefined] : [undefined, value];
  return { is: 'between', from, to, includesFrom: isIncluded, includesTo: isIncluded };
}

/** What a value of a range stands for: from `start`, and below `end` or up to `last`. */
type Stretch = { readonly start: RangeBound } & ({ readonly end: RangeBound } | { readonly last: RangeBound });
type ReadStretch = (text: string) => Stretch | string;

function readNumber(text: string): Stretch | string {
  const isNumber = /^-?\d{1,9}(?:\.\d{1,3})?$/.test(text);
  return isNumber ? { start: Number(text), last: Number(text) } : 'not a number';
}

function readTime(text: string, now: Date): Stretch | string {
  const instant = readInstant(text, now);
  if (!instant) {
    return 'a time is written 2026-03-01, 2026-03-01T10:00:00Z, now or now-24h (s, m, h, d, w), of the years 0001 to 9999';
  }
  return { start: new Date(instant.startMs).toISOString(), end: new Date(instant.endMs).toISOString() };
}

type Range = Extract<Query, { op: 'field' }>['test'] & { is: 'range' };

const atLeast = (stretch: Stretch, isIncluded: boolean): Partial<Range> => {
  if (isIncluded) return { gte: stretch.start };
  return 'end' in stretch ? { gte: stretch.end } : { gt: stretch.last };
};
const atMost = (stretch: Stretch, isIncluded: boolean): Partial<Range> => {
  if (!isIncluded) return { lt: stretch.start };
  return 'end' in stretch ? { lt: stretch.end } : { lte: stretch.last };
};

function rangeQuery(field: Field, test: FieldText, read: ReadStretch): FieldQuery {
  const { from, to, includesFrom, includesTo } =
    test.is === 'value' ? { from: test.value, to: test.value, includesFrom: true, includesTo: true } : boundsOf(test);
  const first = from && read(from.text);
  const last = to && read(to.text);
  if (typeof first === 'string') return refused(first);
  if (typeof last === 'string') return refused(last);
  if (!first && !last) return found({ op: 'field', field, test: { is: 'exists' } });
  const bounds = { ...(first && atLeast(first, includesFrom)), ...(last && atMost(last, includesTo)) };
  return found({ op: 'field', field, test: { is: 'range', ...bounds } });
}
