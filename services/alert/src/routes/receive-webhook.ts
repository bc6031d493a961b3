import { type AcceptedAlert, ReceiveWebhook, type WebhookOutcome } from '@soc/contracts/alert/ingest';
import type { NamedMapping } from '@soc/contracts/alert/mappings';
import { invalidRequest, notFound, parseJson, route, type RouteContext, unprocessable } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';
import { DOCUMENTS_LIMIT } from '../domain/normalise/documents.ts';
import { readPayload, type ReadPayload } from '../domain/normalise/read-payload.ts';
import type { VendorMapping } from '../domain/normalise/vendor-mapping.ts';
import type { Submission } from '../ingest.ts';
import { storeAll } from '../store-all.ts';

type Deps = Pick<AlertDeps, 'db' | 'mappings' | 'sources' | 'ingest' | 'now' | 'offsetMinutes'>;
type Context = RouteContext<typeof ReceiveWebhook>;

/** A vendor's own payload: one document, an array of them, or NDJSON. Every part is kept as it was received. */
export const receiveWebhookRoute = (deps: Deps) =>
  route(ReceiveWebhook, async (context): Promise<WebhookOutcome> => {
    const { body, params, origin, log } = context;
    const mapping = await mappingOf(deps, context);
    const { offsetMinutes } = deps;
    const read = readPayload(params.source, mapping, body, { receivedAt: deps.now(), parseJson, offsetMinutes });
    refuseUnreadable(read);

    const isWhole = read.documents === 1 && read.alerts.length === 1 && read.rejected.length === 0;
    const submissions = read.alerts.map(({ alert, text }): Submission => ({
      alert,
      payload: isWhole ? body : text,
      readBy: { mapping: context.query.mapping ?? params.source, version: mapping.version ?? 1 },
      origin,
    }));
    const accepted = await storeAlerts(deps, submissions, log);
    const unstored = read.alerts.flatMap(({ index }, position) =>
      accepted[position] ? [] : [{ index, code: 'alert.unstorable', detail: 'it cannot be stored' }],
    );
    return {
      alerts: accepted.flatMap((alert) => (alert ? [outcomeOf(alert)] : [])),
      rejected: [...read.rejected, ...unstored].toSorted((a, b) => a.index - b.index),
      skipped: read.skipped,
    };
  });

/** Throws 400 when nothing in the body is a document, 422 when none of its documents can be read or they are too many. */
function refuseUnreadable({ documents, alerts, rejected, skipped }: ReadPayload): void {
  if (documents === 0) throw invalidRequest([{ path: 'body', message: rejected[0]?.detail ?? 'no document in it' }]);
  if (documents > DOCUMENTS_LIMIT) {
    throw unprocessable('alert.unmappable', `payload: more than ${DOCUMENTS_LIMIT} documents`);
  }
  const unmappable = rejected.find(({ code }) => code === 'alert.unmappable');
  if (alerts.length === 0 && skipped === 0 && unmappable) throw unprocessable('alert.unmappable', unmappable.detail);
}

async function mappingOf(deps: Deps, context: Context): Promise<VendorMapping> {
  const { params, query } = context;
  const mapping = deps.sources.find(params.source);
  if (!mapping) throw notFound('alert.source_unknown', `the sources are ${deps.sources.names.join(', ')}`);
  if (query.mapping === undefined) return mapping;
  if (params.source !== 'generic') {
    throw invalidRequest([{ path: 'query.mapping', message: 'only the source generic takes a mapping' }]);
  }
  const named = await findMapping(deps, context, query.mapping);
  return { fields: named.mapping, version: named.version };
}

async function findMapping(
  { db, mappings }: Deps,
  { origin, consistencyToken }: Context,
  name: string,
): Promise<NamedMapping> {
  const named = await mappings.find(db.readYourWrites(consistencyToken), origin.tenantId, name);
  if (!named) throw notFound('alert.mapping_unknown');
  return named;
}

/** A single alert shares a transaction with those of other requests. */
async function storeAlerts({ ingest }: Deps, submissions: readonly Submission[], log: Context['log']) {
  const [only] = submissions;
  if (submissions.length !== 1 || !only) return storeAll(ingest, submissions, log);
  const answered = await ingest.one(only);
  return [answered.ok ? answered.answer : undefined];
}

const outcomeOf = ({ id, deduplicated, nearDistance }: AcceptedAlert): WebhookOutcome['alerts'][number] => ({
  id,
  deduplicated,
  ...(nearDistance !== undefined && { nearDistance }),
});
