import type { FieldTest, Query } from '../../domain/query/query.ts';
import type { SearchPurge, SearchScope } from '../../ports/search-index.ts';

type Clause = Readonly<Record<string, unknown>>;

declare const ofOneTenant: unique symbol;
/** A query that finds documents of one tenant alone. Made here and nowhere else; what asks the server takes no other. */
export interface TenantQuery {
  readonly [ofOneTenant]: true;
  readonly clause: Clause;
}

/** The documents of a scope. */
export function compileScope({ tenantId, query, from, to }: SearchScope): TenantQuery {
  const time = { ...(from !== undefined && { gte: wholeMs(from) }), ...(to !== undefined && { lt: wholeMs(to) }) };
  const filter = [
    { term: { tenantId } },
    compile(query),
    ...(Object.keys(time).length > 0 ? [{ range: { occurredAt: time } }] : []),
  ];
  return tenantQuery({ bool: { filter } });
}

/** What is too old of one kind. */
export const oldDocuments = ({ tenantId, kind, before }: Omit<SearchPurge, 'dryRun'>): TenantQuery => {
  const isOld = { range: { occurredAt: { lt: wholeMs(before) } } };
  return tenantQuery({ bool: { filter: [{ term: { tenantId } }, { term: { kind } }, isOld] } });
};

/** The brand exists for the compiler only. */
const tenantQuery = (clause: Clause): TenantQuery => ({ clause }) as TenantQuery;

/** Documents have whole milliseconds: a bound between two of them means the later one. */
function wholeMs(time: string): string {
  const ms = Date.parse(time);
  const isBetween = /\.\d{3}\d*[1-9]/.test(time);
  return new Date(isBetween ? ms + 1 : ms).toISOString();
}

function compile(query: Query): Clause {
  switch (query.op) {
    case 'all':
      return { match_all: {} };
    case 'and':
      return { bool: { filter: query.parts.map(compile) } };
    case 'or':
      return { bool: { should: query.parts.map(compile), minimum_should_match: 1 } };
    case 'not':
      return { bool: { must_not: [compile(query.part)] } };
    case 'words':
      return compileWords(query);
    case 'field':
      return compileField(query.field, query.test);
  }
}

function compileWords({ words, prefix, in: within }: Extract<Query, { op: 'words' }>): Clause {
  const field = within === 'title' ? 'titleWords' : 'words';
  const [first = ''] = words;
  if (prefix) return { prefix: { [field]: { value: first } } };
  return words.length === 1 ? { term: { [field]: first } } : { match_phrase: { [field]: words.join(' ') } };
}

const WILDCARDS = /[*?]/;

function compileField(name: Extract<Query, { op: 'field' }>['field'], test: FieldTest): Clause {
  const field = name === 'score' || name === 'occurredAt' ? name : `fields.${name}`;
  switch (test.is) {
    case 'exists':
      return { exists: { field } };
    case 'equals':
      return { term: { [field]: test.value } };
    case 'range': {
      const { is: _, ...bounds } = test;
      return { range: { [field]: bounds } };
    }
    case 'pattern': {
      const start = test.pattern.slice(0, -1);
      return test.pattern.endsWith('*') && !WILDCARDS.test(start)
        ? { prefix: { [field]: { value: start } } }
        : { wildcard: { [field]: { value: test.pattern.replaceAll('\\', '\\\\') } } };
    }
  }
}
