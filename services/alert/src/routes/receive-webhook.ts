import type { GenericMapping } from '@soc/contracts/alert/generic-mapping';
import { ReceiveWebhook, type RejectedLine, type WebhookOutcome } from '@soc/contracts/alert/ingest';
import { WebhookSource } from '@soc/contracts/alert/webhook-source';
import { invalidRequest, notFound, parseJson, route, type RouteContext, unprocessable } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';
import { documentsOfText } from '../domain/document-list.ts';
import { normaliseGeneric, normaliseWebhook } from '../domain/normalise/normalise.ts';
import type { NormaliseResult } from '../domain/normalise/normalised-alert.ts';
import type { Submission } from '../ingest.ts';
import { storeAll } from '../store-all.ts';

type Deps = Pick<AlertDeps, 'db' | 'mappings' | 'ingest' | 'now'>;
type Context = RouteContext<typeof ReceiveWebhook>;

/** A vendor's own payload: one document, an array of them, or NDJSON. The payload is kept as it was received. */
export const receiveWebhookRoute = (deps: Deps) =>
  route(ReceiveWebhook, async (context): Promise<WebhookOutcome> => {
    const { body, origin, log } = context;
    const normalise = await normaliserOf(deps, context);
    const { good, bad } = readDocuments(body);
    const result = normalise(good.map(({ value }) => value));
    if (!result.ok) throw unprocessable('alert.unmappable', result.refusal);

    const isWhole = good.length === 1 && bad.length === 0 && result.alerts.length === 1;
    const submissions = result.alerts.map(({ alert, raw }): Submission => ({
      alert,
      payload: isWhole ? body : payloadOf(raw, body),
      origin,
    }));
    const accepted = await storeAlerts(deps, submissions, log);
    const placeOf = (index: number): number => good[index]?.index ?? index;
    const refused = result.refused.map(({ index, refusal }) => ({
      index: placeOf(index),
      code: 'alert.unmappable',
      detail: refusal,
    }));
    const unstored = result.alerts.flatMap(({ index }, position) =>
      accepted[position] ? [] : [{ index: placeOf(index), code: 'alert.unstorable', detail: 'it cannot be stored' }],
    );
    return {
      alerts: accepted.flatMap((alert) => (alert ? [{ id: alert.id, deduplicated: alert.deduplicated }] : [])),
      rejected: [...bad, ...refused, ...unstored].toSorted((a, b) => a.index - b.index),
      skipped: result.skipped,
    };
  });

async function normaliserOf(deps: Deps, context: Context): Promise<(payload: readonly unknown[]) => NormaliseResult> {
  const { params, query } = context;
  const source = WebhookSource.safeParse(params.source);
  if (!source.success) throw notFound('alert.source_unknown', `the sources are ${WebhookSource.options.join(', ')}`);
  const receivedAt = deps.now();
  if (query.mapping === undefined) return (payload) => normaliseWebhook(source.data, payload, { receivedAt });
  if (source.data !== 'generic') {
    throw invalidRequest([{ path: 'query.mapping', message: 'only the source generic takes a mapping' }]);
  }
  const mapping = await findMapping(deps, context, query.mapping);
  return (payload) => normaliseGeneric(mapping, payload, { receivedAt });
}

async function findMapping(
  { db, mappings }: Deps,
  { origin, consistencyToken }: Context,
  name: string,
): Promise<GenericMapping> {
  const named = await mappings.find(db.readYourWrites(consistencyToken), origin.tenantId, name);
  if (!named) throw notFound('alert.mapping_unknown');
  return named.mapping;
}

/** What in the body is JSON and what is not. Throws 400 when nothing is. */
function readDocuments(body: string) {
  const list = documentsOfText(body, parseJson);
  const good: { readonly index: number; readonly value: unknown }[] = [];
  const bad: RejectedLine[] = [];
  for (let index = 0; index < list.length; index += 1) {
    const document = list.read(index);
    if (document.ok) good.push({ index, value: document.value });
    else bad.push({ index, code: 'alert.malformed', detail: document.reason });
  }
  if (good.length > 0) return { good, bad };
  throw invalidRequest([{ path: 'body', message: bad[0]?.detail ?? 'no document in it' }]);
}

/** The alert's own part of the payload; all of it where the part is nested too deeply to be written out. */
function payloadOf(raw: unknown, body: string): string {
  try {
    return JSON.stringify(raw);
  } catch {
    return body;
  }
}

/** A single alert shares a transaction with those of other requests. */
async function storeAlerts({ ingest }: Deps, submissions: readonly Submission[], log: Context['log']) {
  const [only] = submissions;
  if (submissions.length !== 1 || !only) return storeAll(ingest, submissions, log);
  const answered = await ingest.one(only);
  return [answered.ok ? answered.answer : undefined];
}
