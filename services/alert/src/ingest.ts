import { type Alert, AlertCreated } from '@soc/contracts';
import { AcceptedAlert } from '@soc/contracts/alert/ingest';
import { asSystem, createBatcher, type DbCluster, type Tx } from '@soc/db-cluster';
import type { Origin, Outbox } from '@soc/messaging';
import { uuidv7 } from '@soc/service-kit';
import type { AlertRepository } from './alert-repository.ts';
import type { ArrivalRepository } from './arrival-repository.ts';
import { acceptances, firstArrivals, planIngest } from './domain/deduplicate.ts';
import { createSuppressor, hiddenCounts } from './domain/suppression/suppress.ts';
import { fingerprintOf } from './domain/fingerprint.ts';
import type { NormalisedAlert } from './domain/normalise/normalised-alert.ts';
import type { IdempotentRequest } from './domain/replay.ts';
import type { FingerprintRepository } from './fingerprint-repository.ts';
import type { Answered, Idempotency } from './idempotency.ts';
import type { SuppressionRepository } from './suppression-repository.ts';
import type { TimelineRepository } from './timeline-repository.ts';

/** An alert on its way in. */
export interface Submission {
  readonly alert: NormalisedAlert;
  /** As received. */
  readonly payload: string;
  /** In place of the one made of the alert's own parts. */
  readonly fingerprint?: string | undefined;
  readonly origin: Origin;
  readonly idempotency?: IdempotentRequest | undefined;
}

export interface Ingest {
  /** Stores one alert; concurrent callers share a transaction. Resolves after the commit. */
  readonly one: (submission: Submission) => Promise<Answered<AcceptedAlert>>;
  /** Stores all in one transaction, all or none. */
  readonly many: (submissions: readonly Submission[]) => Promise<readonly AcceptedAlert[]>;
}

/** Most single alerts in one transaction. */
const BATCH_ALERTS = 200;

/** The way in: deduplicates, stores and publishes with a handful of statements, whatever the number of alerts. */
export function createIngest(given: {
  readonly db: Pick<DbCluster, 'tx'>;
  readonly outbox: Outbox;
  readonly now: () => Date;
  readonly dedupWindowS: number;
  readonly alerts: AlertRepository;
  readonly arrivals: ArrivalRepository;
  readonly fingerprints: FingerprintRepository;
  readonly suppressions: SuppressionRepository;
  readonly timeline: TimelineRepository;
  readonly idempotency: Idempotency;
}): Ingest {
  const { db, outbox, now, alerts, arrivals, fingerprints, suppressions, timeline, idempotency } = given;

  const storeCreated = async (
    tx: Tx,
    created: readonly Alert[],
    submissions: ReadonlyMap<string, Submission>,
  ): Promise<void> => {
    if (created.length === 0) return;
    // Every created alert has the id of the arrival it came from.
    const submissionOf = ({ id }: Alert): Submission => submissions.get(id) as Submission;
    await alerts.insert(tx, created);
    await arrivals.indexEntities(tx, created);
    await arrivals.indexWords(tx, created);
    await arrivals.indexTechniques(tx, created);
    await arrivals.keepPayloads(
      tx,
      created,
      created.map((alert) => submissionOf(alert).payload),
    );
    // Nobody hears of what is suppressed: so nothing notifies, analyses, enriches or correlates it, or responds to it.
    const heard = created.filter(({ suppressedBy }) => (suppressedBy ?? null) === null);
    const messages = heard.map((alert) =>
      outbox.message(AlertCreated, { alert }, { ...submissionOf(alert).origin, subject: alert.id }),
    );
    await outbox.publishMany(tx, messages);
  };

  const store = async (tx: Tx, submissions: readonly Submission[]): Promise<readonly AcceptedAlert[]> => {
    if (submissions.length === 0) return [];
    const at = now();
    const tenantIds = [...new Set(submissions.map(({ origin }) => origin.tenantId))];
    const suppressorOf = createSuppressor(await suppressions.findInForce(tx, tenantIds, at));
    const arriving = submissions.map(({ alert, fingerprint, origin: { tenantId } }) => ({
      id: uuidv7(at.getTime()),
      tenantId,
      fingerprint: fingerprint ?? fingerprintOf(tenantId, alert),
      suppressedBy: suppressorOf(tenantId, alert),
      alert,
    }));
    const claims = await fingerprints.claim(tx, firstArrivals(arriving), at, given.dedupWindowS);
    const { created, repeated, placements } = planIngest(arriving, claims, at.toISOString());
    const submitted = submissions.map((submission, index) => [arriving[index]?.id ?? '', submission] as const);
    await storeCreated(tx, created, new Map(submitted));
    const known = repeated.length === 0 ? [] : await alerts.countRepetitions(tx, repeated);
    const over = placements.filter(({ arrival }) => arrival.alert.resolved);
    await timeline.add(
      tx,
      over.map(({ arrival, alertId }) => ({
        id: uuidv7(at.getTime()),
        tenantId: arrival.tenantId,
        alertId,
        incidentId: null,
        at: at.toISOString(),
        kind: 'resolved',
        actor: null,
        summary: `${arrival.alert.source} says it is over`,
        data: {},
      })),
    );
    await suppressions.countHidden(tx, hiddenCounts(placements), at);
    return acceptances(placements, [...created, ...known]);
  };

  const batcher = createBatcher<Submission, Answered<AcceptedAlert>>({
    maxItems: BATCH_ALERTS,
    // A batch holds alerts of several tenants, and runs where the request before it ended; each row carries its own tenant.
    run: (submissions) =>
      asSystem(() => db.tx((tx) => idempotency.each(tx, submissions, AcceptedAlert, (fresh) => store(tx, fresh)))),
  });
  return { one: batcher.add, many: (submissions) => db.tx((tx) => store(tx, submissions)) };
}
