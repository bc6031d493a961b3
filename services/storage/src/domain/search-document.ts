import type { Alert, Incident, Severity } from '@soc/contracts';
import type { DocumentKind } from '@soc/contracts/storage/search';
import { identifiersOf } from './identifiers.ts';

/** What is searched and listed of an alert or incident; no more, since every alert passes through here. */
export interface SearchDocument {
  readonly tenantId: string;
  readonly kind: DocumentKind;
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly severity: Severity;
  readonly status: string;
  readonly source: string | null;
  readonly occurredAt: string;
  /** Free text, searched by word and phrase. */
  readonly text: string;
  /** Found as they are, whole: observables, hashes, ids. */
  readonly identifiers: readonly string[];
}

const MAX_DESCRIPTION_CHARS = 1_000;
const MAX_IDENTIFIERS = 256;

const present = (values: readonly (string | null)[]): readonly string[] => values.filter((value) => value !== null);

const limited = (identifiers: readonly string[]): readonly string[] =>
  [...new Set(identifiers)].slice(0, MAX_IDENTIFIERS);

/** `T1059.001` is also found by `T1059`. */
const techniqueIdentifiers = (techniques: readonly string[]): readonly string[] =>
  techniques.flatMap((id) => [id, id.split('.')[0] ?? id]);

export function alertDocument(alert: Alert): SearchDocument {
  const { tenantId, id, version, title, severity, status, source, occurredAt } = alert;
  const description = alert.description?.slice(0, MAX_DESCRIPTION_CHARS) ?? null;
  return {
    tenantId,
    kind: 'alert',
    id,
    version,
    title,
    severity,
    status,
    source,
    occurredAt,
    text: present([title, alert.ruleName, source, ...alert.tactics, ...alert.tags, description]).join('\n'),
    identifiers: limited([
      id,
      ...present([alert.externalId, alert.ruleId]),
      ...techniqueIdentifiers(alert.techniques),
      ...alert.observables.flatMap(identifiersOf),
    ]),
  };
}

export function incidentDocument(incident: Incident): SearchDocument {
  const { tenantId, id, version, title, severity, status } = incident;
  return {
    tenantId,
    kind: 'incident',
    id,
    version,
    title,
    severity,
    status,
    source: null,
    occurredAt: incident.firstSeenAt,
    text: [title, ...incident.tactics].join('\n'),
    identifiers: limited([
      id,
      ...techniqueIdentifiers(incident.techniques),
      ...incident.entities.flatMap(identifiersOf),
    ]),
  };
}

/** Fields of alerts and incidents that a document does not hold. */
const NOT_SEARCHED: ReadonlySet<string> = new Set([
  'score',
  'suggestedVerdict',
  'reputation',
  'verdict',
  'assignee',
  'incidentId',
  'occurrences',
  'lastSeenAt',
  'analysedAt',
  'enrichedAt',
  'triagedAt',
  'closedAt',
  'updatedAt',
  'alertCount',
  'locked',
  'version',
]);

/** Whether a change of these fields can change a document. A field not known here counts. */
export const concernsSearch = (changed: readonly string[]): boolean =>
  changed.some((field) => !NOT_SEARCHED.has(field));

const keyOf = ({ tenantId, kind, id }: SearchDocument): string => `${tenantId}/${kind}/${id}`;

/** The newest version of each document, in one order for all: batches that overlap then never wait for each other in a circle. */
export function newestVersions(documents: readonly SearchDocument[]): readonly SearchDocument[] {
  const newest = new Map<string, SearchDocument>();
  for (const document of documents) {
    const known = newest.get(keyOf(document));
    if (!known || known.version < document.version) newest.set(keyOf(document), document);
  }
  return [...newest].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, document]) => document);
}
