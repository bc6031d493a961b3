import { withAttribution } from '@soc/attack';
import type { Alert, Incident, Severity } from '@soc/contracts';
import type { DocumentKind } from '@soc/contracts/storage/search';
import { type DocumentFields, documentFields } from './document-fields.ts';
import { identifiersOf } from './identifiers.ts';
import { observableFields } from './observable-fields.ts';

/**
 * What is searched and listed of an alert, an incident, a comment, a raw event or evidence; no more, since every alert passes
 * through here. What its words are found by is in `cut-document.ts`.
 */
export interface SearchDocument {
  readonly tenantId: string;
  readonly kind: DocumentKind;
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly severity: Severity | null;
  readonly status: string | null;
  readonly source: string | null;
  readonly alertId: string | null;
  readonly incidentId: string | null;
  /** As `Date.toISOString()` writes it. */
  readonly occurredAt: string;
  /** 0 to 100. */
  readonly score: number | null;
  /** Free texts beside the title, searched by word and phrase and shown around what was found. */
  readonly texts: readonly string[];
  /** Found as they are, whole: observables, hashes, ids. */
  readonly identifiers: readonly string[];
  readonly fields: DocumentFields;
}

const MAX_DESCRIPTION_CHARS = 1_000;
const MAX_IDENTIFIERS = 256;

export const present = (values: readonly (string | null | undefined)[]): readonly string[] =>
  values.filter((value) => value !== null && value !== undefined);

const limited = (identifiers: readonly string[]): readonly string[] =>
  [...new Set(identifiers)].slice(0, MAX_IDENTIFIERS);

/** `T1059.001` is also found by `T1059`. */
const techniqueIdentifiers = (techniques: readonly string[]): readonly string[] =>
  techniques.flatMap((id) => [id, id.split('.')[0] ?? id]);

/** The same moment in the one form that both adapters compare. */
export const atMillisecond = (time: string): string => new Date(time).toISOString();

/** Before its analysis with the techniques and tactics that is going to add: then the analysis changes no word that it is found by. */
export function alertDocument(alert: Alert): SearchDocument {
  const { tenantId, id, version, title, severity, status, source, incidentId, score, ruleId, ruleName } = alert;
  const description = alert.description?.slice(0, MAX_DESCRIPTION_CHARS) ?? null;
  const attack = alert.analysedAt === null ? withAttribution(alert) : alert;
  const techniques = techniqueIdentifiers(attack.techniques);
  return {
    tenantId,
    kind: 'alert',
    id,
    version,
    title,
    severity,
    status,
    source,
    alertId: id,
    incidentId,
    score,
    occurredAt: atMillisecond(alert.occurredAt),
    texts: present([ruleName, source, ...attack.tactics, ...alert.tags, description]),
    identifiers: limited([
      id,
      ...present([alert.externalId, ruleId]),
      ...techniques,
      ...alert.observables.flatMap(identifiersOf),
    ]),
    fields: documentFields([
      ['kind', ['alert']],
      ['id', present([id, alert.externalId])],
      ['alert', [id]],
      ['incident', present([incidentId])],
      ['severity', [severity]],
      ['status', [status]],
      ['source', [source]],
      ['verdict', present([alert.verdict])],
      ['assignee', present([alert.assignee])],
      ['rule', present([ruleId, ruleName])],
      ['technique', techniques],
      ['tactic', attack.tactics],
      ['tag', alert.tags],
      ...alert.observables.flatMap(observableFields),
    ]),
  };
}

export function incidentDocument(incident: Incident): SearchDocument {
  const { tenantId, id, version, title, severity, status } = incident;
  const techniques = techniqueIdentifiers(incident.techniques);
  return {
    tenantId,
    kind: 'incident',
    id,
    version,
    title,
    severity,
    status,
    source: null,
    alertId: null,
    incidentId: id,
    score: null,
    occurredAt: atMillisecond(incident.firstSeenAt),
    texts: incident.tactics,
    identifiers: limited([id, ...techniques, ...incident.entities.flatMap(identifiersOf)]),
    fields: documentFields([
      ['kind', ['incident']],
      ['id', [id]],
      ['incident', [id]],
      ['severity', [severity]],
      ['status', [status]],
      ['verdict', present([incident.verdict])],
      ['assignee', present([incident.assignee])],
      ['technique', techniques],
      ['tactic', incident.tactics],
      ...incident.entities.flatMap(observableFields),
    ]),
  };
}

/** Fields of alerts and incidents that a document does not hold. */
const NOT_SEARCHED: ReadonlySet<string> = new Set([
  'suggestedVerdict',
  'reputation',
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
