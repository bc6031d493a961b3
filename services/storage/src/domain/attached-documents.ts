import type { Comment } from '@soc/contracts/alert/triage';
import { documentFields } from './document-fields.ts';
import { atMillisecond, present, type SearchDocument } from './search-document.ts';

/** What never changes, and neither has a severity nor is worked on. */
const UNCHANGING = { version: 1, severity: null, status: null, score: null } as const;

export function commentDocument(tenantId: string, comment: Comment): SearchDocument {
  const { id, alertId, author, text, createdAt } = comment;
  return {
    ...UNCHANGING,
    tenantId,
    kind: 'comment',
    id,
    title: `Comment by ${author.name}`,
    source: null,
    alertId,
    incidentId: null,
    occurredAt: atMillisecond(createdAt),
    texts: [text],
    identifiers: [id, alertId],
    fields: documentFields([
      ['kind', ['comment']],
      ['id', [id]],
      ['alert', [alertId]],
      ['author', [author.name, author.id]],
    ]),
  };
}

/** An event as its source sent it; `alertId` is the alert that it became, if it is known. */
export interface RawEvent {
  readonly id: string;
  readonly alertId: string | null;
  readonly source: string | null;
  readonly receivedAt: string;
  readonly text: string;
}

/** Of an event, what is beyond is not searched. */
const MAX_RAW_CHARS = 8_000;

export function rawEventDocument(tenantId: string, event: RawEvent): SearchDocument {
  const { id, alertId, source, receivedAt, text } = event;
  return {
    ...UNCHANGING,
    tenantId,
    kind: 'event',
    id,
    title: `Event of ${source ?? 'an unnamed source'}`,
    source,
    alertId,
    incidentId: null,
    occurredAt: atMillisecond(receivedAt),
    texts: [text.slice(0, MAX_RAW_CHARS).toWellFormed()],
    identifiers: [id, ...present([alertId])],
    fields: documentFields([
      ['kind', ['event']],
      ['id', [id]],
      ['alert', present([alertId])],
      ['source', present([source])],
    ]),
  };
}

/** What is known of an evidence object. */
export interface EvidenceMetadata {
  readonly objectId: string;
  readonly filename: string;
  readonly sha256: string;
  readonly incidentId: string | null;
  readonly alertId: string | null;
  readonly storedBy: string;
  readonly storedAt: string;
}

export function evidenceDocument(tenantId: string, evidence: EvidenceMetadata): SearchDocument {
  const { objectId, filename, sha256, incidentId, alertId, storedBy, storedAt } = evidence;
  return {
    ...UNCHANGING,
    tenantId,
    kind: 'evidence',
    id: objectId,
    title: filename,
    source: null,
    alertId,
    incidentId,
    occurredAt: atMillisecond(storedAt),
    texts: [],
    identifiers: [objectId, sha256, ...present([alertId, incidentId])],
    fields: documentFields([
      ['kind', ['evidence']],
      ['id', [objectId]],
      ['alert', present([alertId])],
      ['incident', present([incidentId])],
      ['hash', [sha256]],
      ['file', [filename]],
      ['author', [storedBy]],
    ]),
  };
}
