import {
  BULK_MAX_ALERTS,
  BulkAlerts,
  type BulkOutcome,
  CreateAlertBody,
  type RejectedLine,
} from '@soc/contracts/alert/ingest';
import type { Origin } from '@soc/messaging';
import { invalidRequest, parseJson, route, type RouteContext, tooLarge } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';
import { alertFromApi } from '../domain/alert-from-api.ts';
import { documentsOfText, type ReadDocument } from '../domain/document-list.ts';
import type { Submission } from '../ingest.ts';
import { CHUNK_ALERTS, storeAll } from '../store-all.ts';
import { answerOf, idempotentRequest } from './idempotent-request.ts';

type Deps = Pick<AlertDeps, 'ingest' | 'bulkOnce' | 'now'>;
type Context = RouteContext<typeof BulkAlerts>;

/** Bad lines named in a refusal of the whole body. */
const NAMED_LINES = 20;

const DETAIL_CHARACTERS = 500;

/** Stores what is good and reports what is not; with an Idempotency-Key once. */
export const bulkAlertsRoute = (deps: Deps) =>
  route(BulkAlerts, async (context) => {
    const request = idempotentRequest(context);
    if (!request) return storeBulk(deps, context);
    return answerOf(await deps.bulkOnce(request, (keepClaim) => storeBulk(deps, context, keepClaim)));
  });

async function storeBulk(
  { ingest, now }: Deps,
  { body, origin, log }: Context,
  afterChunk?: () => Promise<void>,
): Promise<BulkOutcome> {
  const documents = documentsOfText(body, parseJson);
  const received = documents.length;
  if (received > BULK_MAX_ALERTS) throw tooLarge('alert.bulk_too_large', `more than ${BULK_MAX_ALERTS} alerts`);
  const rejected: RejectedLine[] = [];
  let created = 0;
  let deduplicated = 0;
  // Chunk by chunk, so that other requests are served between the parsing of one and the next.
  for (let start = 0; start < received; start += CHUNK_ALERTS) {
    const indexes = Array.from({ length: Math.min(CHUNK_ALERTS, received - start) }, (_, offset) => start + offset);
    const read = indexes.map((index) => submissionOf(documents.read(index), index, origin, now()));
    const good = read.filter((line) => 'submission' in line);
    rejected.push(...read.filter((line) => 'code' in line));
    const accepted = await storeAll(
      ingest,
      good.map(({ submission }) => submission),
      log,
    );
    good.forEach(({ index }, position) => {
      const alert = accepted[position];
      if (!alert) rejected.push({ index, code: 'alert.unstorable', detail: 'it cannot be stored' });
      else if (alert.deduplicated) deduplicated += 1;
      else created += 1;
    });
    await afterChunk?.();
  }
  if (received === 0 || rejected.filter(({ code }) => code === MALFORMED).length === received) refuse(rejected);
  return { received, created, deduplicated, rejected: rejected.toSorted((a, b) => a.index - b.index) };
}

const MALFORMED = 'alert.malformed';

type ReadLine = { readonly index: number; readonly submission: Submission } | RejectedLine;

function submissionOf(document: ReadDocument, index: number, origin: Origin, at: Date): ReadLine {
  if (!document.ok) return { index, code: MALFORMED, detail: document.reason };
  const body = CreateAlertBody.safeParse(document.value);
  if (!body.success) {
    return invalidLine(
      index,
      body.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
    );
  }
  const read = alertFromApi(body.data, at);
  if (!read.ok) {
    return invalidLine(
      index,
      read.errors.map(({ path, message }) => `${path.replace(/^body\./, '')}: ${message}`),
    );
  }
  const { fingerprint } = body.data;
  return { index, submission: { alert: read.alert, payload: document.text, fingerprint, origin } };
}

/** What is wrong with it may quote it: capped, so that the answer is not as large as the bulk. */
const invalidLine = (index: number, reasons: readonly string[]): RejectedLine => ({
  index,
  code: 'request.invalid',
  detail: reasons.join('; ').slice(0, DETAIL_CHARACTERS).toWellFormed(),
});

/** Nothing in the body was JSON: it is not a bulk at all. */
function refuse(rejected: readonly RejectedLine[]): never {
  const named = rejected.slice(0, NAMED_LINES).map(({ index, detail }) => ({ path: `body.${index}`, message: detail }));
  throw invalidRequest(named.length > 0 ? named : [{ path: 'body', message: 'no alert in it' }]);
}
