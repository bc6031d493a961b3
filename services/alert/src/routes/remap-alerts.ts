import { type Alert, AlertUpdated } from '@soc/contracts';
import { RemapAlerts, type RemapOutcome } from '@soc/contracts/alert/remap';
import { notFound, parseJson, route, type RouteContext, uuidv7 } from '@soc/service-kit';
import type { Tx } from '@soc/db-cluster';
import type { AlertDeps } from '../deps.ts';
import { readPayload } from '../domain/normalise/read-payload.ts';
import type { NormalisedAlert } from '../domain/normalise/normalised-alert.ts';
import type { VendorMapping } from '../domain/normalise/vendor-mapping.ts';
import { remapAlert } from '../domain/remap.ts';
import type { StoredPayload } from '../remap-repository.ts';

type Deps = Pick<
  AlertDeps,
  'db' | 'outbox' | 'now' | 'alerts' | 'arrivals' | 'mappings' | 'offsetMinutes' | 'remaps' | 'sources' | 'timeline'
>;
type Context = RouteContext<typeof RemapAlerts>;

const DEFAULT_LIMIT = 100;

/** Reads stored payloads again, a page in a transaction; without `apply` nothing is changed. */
export const remapAlertsRoute = (deps: Deps) =>
  route(RemapAlerts, async (context): Promise<RemapOutcome> => {
    const { params, query, body, principal } = context;
    const name = body.mapping ?? params.source;
    const mapping = await mappingOf(deps, context);
    const version = mapping.version ?? 1;
    const limitRows = query.limit ?? DEFAULT_LIMIT;
    return deps.db.tx(async (tx) => {
      const page = { source: params.source, mapping: name, after: body.after, limitRows };
      const { payloads, isLast } = await deps.remaps.listPayloads(tx, principal.tenantId, page);
      const ids = payloads.map(({ alertId }) => alertId);
      if (body.apply) await deps.alerts.lockMany(tx, ids);
      const alerts = new Map(
        (await deps.alerts.findMany(tx, principal.tenantId, ids)).map((alert) => [alert.id, alert]),
      );
      const changed: Alert[] = [];
      const changes: RemapOutcome['changes'] = [];
      const unreadable: RemapOutcome['unreadable'] = [];
      for (const payload of payloads) {
        const { alertId, mappingVersion: fromVersion } = payload;
        const before = alerts.get(alertId);
        const read = readAgain(params.source, mapping, payload, deps.offsetMinutes);
        if (typeof read === 'string') unreadable.push({ alertId, reason: read });
        if (typeof read === 'string' || !before) continue;
        const { alert, differences } = remapAlert(before, read);
        if (differences.length === 0) continue;
        changed.push(alert);
        changes.push({ alertId, fromVersion, differences: [...differences] });
      }
      if (body.apply) {
        const failed = new Set(unreadable.map(({ alertId }) => alertId));
        await deps.remaps.markRead(
          tx,
          principal.tenantId,
          ids.filter((id) => !failed.has(id)),
          version,
        );
        await apply(deps, tx, context, { name, version }, changed, changes);
      }
      const next = isLast ? null : (ids.at(-1) ?? null);
      return { mapping: name, version, examined: payloads.length, changes, unreadable, next };
    });
  });

async function mappingOf(
  { db, sources, mappings }: Deps,
  { params, body, principal, consistencyToken }: Context,
): Promise<VendorMapping> {
  const source = sources.find(params.source);
  if (!source) throw notFound('alert.source_unknown', `the sources are ${sources.names.join(', ')}`);
  if (body.mapping === undefined) return source;
  const named = await mappings.find(db.readYourWrites(consistencyToken), principal.tenantId, body.mapping);
  if (!named) throw notFound('alert.mapping_unknown');
  return { format: source.format ?? 'json', fields: named.mapping, version: named.version };
}

/** The alert in a payload, or why there is not exactly one. */
function readAgain(
  source: string,
  mapping: VendorMapping,
  { payload, encoding, receivedAt }: StoredPayload,
  offsetMinutes: number,
): NormalisedAlert | string {
  const text = encoding === 'base64' ? Buffer.from(payload, 'base64').toString('utf8') : payload;
  const context = { receivedAt: new Date(receivedAt), parseJson, offsetMinutes, isOneDocument: true };
  const { alerts, rejected } = readPayload(source, mapping, text, context);
  const [only, ...others] = alerts;
  if (only && others.length === 0 && rejected.length === 0) return only.alert;
  return rejected[0]?.detail ?? `${alerts.length} alerts in it`;
}

async function apply(
  { outbox, now, arrivals, remaps, timeline }: Deps,
  tx: Tx,
  { principal, origin }: Context,
  { name, version }: { readonly name: string; readonly version: number },
  changed: readonly Alert[],
  changes: RemapOutcome['changes'],
): Promise<void> {
  if (changed.length === 0) return;
  const at = now();
  await remaps.save(tx, changed);
  await arrivals.indexEntities(tx, changed);
  await arrivals.indexWords(tx, changed);
  await arrivals.indexTechniques(tx, changed);
  const fieldsOf = (nth: number): string[] => (changes[nth]?.differences ?? []).map(({ field }) => field);
  const entries = changed.map(({ id, tenantId }, nth) => ({
    id: uuidv7(at.getTime()),
    tenantId,
    alertId: id,
    incidentId: null,
    at: at.toISOString(),
    kind: 'remapped' as const,
    actor: principal.name,
    summary: `read again by version ${version} of ${name}: ${fieldsOf(nth).join(', ')}`,
    data: { mapping: name, version, differences: changes[nth]?.differences },
  }));
  await timeline.add(tx, entries);
  // Nobody has heard of what is suppressed.
  const messages = changed.flatMap((alert, nth) =>
    (alert.suppressedBy ?? null) === null
      ? [outbox.message(AlertUpdated, { alert, changed: fieldsOf(nth) }, { ...origin, subject: alert.id })]
      : [],
  );
  if (messages.length > 0) await outbox.publishMany(tx, messages);
}
