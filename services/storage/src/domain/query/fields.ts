import { AlertStatus } from '@soc/contracts/alert/alert';
import { IncidentStatus } from '@soc/contracts/alert/incident';
import { Severity, Verdict } from '@soc/contracts';
import { DocumentKind, SearchField } from '@soc/contracts/storage/search';

/**
 * How a field is asked for. `keyword`: whole values and patterns. `choice`: one of a few values, in their order (severity can be
 * a range). `number` and `time`: ranges. `text`: words and phrases.
 */
export type FieldKind =
  | { readonly kind: 'keyword' | 'number' | 'time' | 'text' }
  | { readonly kind: 'choice'; readonly values: readonly string[]; readonly isOrdered: boolean };

const choice = (values: readonly string[], isOrdered = false): FieldKind => ({
  kind: 'choice',
  values: [...new Set(values)],
  isOrdered,
});

const OTHERS: Readonly<Partial<Record<SearchField, FieldKind>>> = {
  kind: choice(DocumentKind.options),
  severity: choice(Severity.options, true),
  status: choice([...AlertStatus.options, ...IncidentStatus.options]),
  verdict: choice(Verdict.options),
  score: { kind: 'number' },
  occurredAt: { kind: 'time' },
  title: { kind: 'text' },
};

export const fieldKind = (field: SearchField): FieldKind => OTHERS[field] ?? { kind: 'keyword' };

/** What people type for a field, in lower case. */
const ALIASES: Readonly<Record<string, SearchField>> = {
  type: 'kind',
  hostname: 'host',
  username: 'user',
  md5: 'hash',
  sha1: 'hash',
  sha256: 'hash',
  filename: 'file',
  mitre: 'technique',
  time: 'occurredAt',
};

const byName: ReadonlyMap<string, SearchField> = new Map([
  ...Object.entries(ALIASES),
  ...SearchField.options.map((field): [string, SearchField] => [field.toLowerCase(), field]),
]);

/** The field of a name, in any case. */
export const fieldNamed = (name: string): SearchField | undefined => byName.get(name.toLowerCase());
