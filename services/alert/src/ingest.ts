import { type Alert, AlertCreated, AlertUpdated } from '@soc/contracts';
import { AcceptedAlert } from '@soc/contracts/alert/ingest';
import { asSystem, createBatcher, type DbCluster, type Tx } from '@soc/db-cluster';
import type { Origin, Outbox } from '@soc/messaging';
import { uuidv7 } from '@soc/service-kit';
import type { AlertRepository } from './alert-repository.ts';
import type { ArrivalRepository, MappingUsed } from './arrival-repository.ts';
import { claimAll } from './claim-all.ts';
import { changedByRepetition, entriesOfArrivals, type Turned } from './domain/arrival-entries.ts';
import { acceptances, type IngestPlan, planIngest } from './domain/deduplicate.ts';
import { hiddenCounts } from './domain/suppression/suppress.ts';
import type { NormalisedAlert } from './domain/normalise/normalised-alert.ts';
import type { IdempotentRequest } from './domain/replay.ts';
import type { DeduplicationRepository } from './deduplication-repository.ts';
import type { RawEvents } from './raw-events.ts';
import type { FingerprintRepository } from './fingerprint-repository.ts';
import type { Answered, Idempotency } from './idempotency.ts';
import type { Identification } from './identify-arrivals.ts';
import type { SuppressionRepository } from './suppression-repository.ts';
import type { TimelineRepository } from './timeline-repository.ts';

/** An alert on its way in. */
export interface Submission {
  readonly alert: NormalisedAlert;
  /** As received. */
  readonly payload: string;
  /** How `payload` stands for what was received; as text when absent. */
  readonly encoding?: 'base64';
  /** `payload` is an event that rules were asked about. */
  readonly isEvent?: true;
  /** By which mapping it was read, where it was. */
  readonly readBy?: MappingUsed | undefined;
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
  /** The same within a transaction of the caller's. */
  readonly within: (tx: Tx, submissions: readonly Submission[]) => Promise<readonly AcceptedAlert[]>;
}

/** Most single alerts in one transaction. */
const BATCH_ALERTS = 200;

/** The way in: deduplicates, stores and publishes with a handful of statements, whatever the number of alerts. */
export function createIngest(given: {
  readonly db: Pick<DbCluster, 'tx'>;
  readonly outbox: Outbox;
  readonly now: () => Date;
  readonly identify: Identification;
  readonly deduplication: DeduplicationRepository;
  readonly alerts: AlertRepository;
  readonly arrivals: ArrivalRepository;
  readonly fingerprints: FingerprintRepository;
  readonly suppressions: SuppressionRepository;
  readonly timeline: TimelineRepository;
  readonly idempotency: Idempotency;
  readonly rawEvents: Pick<RawEvents, 'ofAlerts'>;
}): Ingest {
  const { db, outbox, now, alerts, arrivals, fingerprints, deduplication, suppressions, timeline, idempotency } = given;

  /** That it is over, or happens again, is told of alerts that people have heard of. */
  const publishTurned = async (
    tx: Tx,
    turned: readonly Turned[],
    causes: ReadonlyMap<string, Origin | undefined>,
  ): Promise<void> => {
    const messages = turned.flatMap((one) => {
      const { alert } = one;
      const [changed, origin] = [changedByRepetition(one), causes.get(alert.id)];
      if (changed.length === 0 || !origin || (alert.suppressedBy ?? null) !== null) return [];
      return [outbox.message(AlertUpdated, { alert, changed: [...changed] }, { ...origin, subject: alert.id })];
    });
    if (messages.length > 0) await outbox.publishMany(tx, messages);
  };

  const storeCreated = async (
    tx: Tx,
    { created, neverFired }: Pick<IngestPlan, 'created' | 'neverFired'>,
    submissions: ReadonlyMap<string, Submission>,
  ): Promise<void> => {
    if (created.length === 0) return;
    // Every created alert has the id of the arrival it came from.
    const submissionOf = ({ id }: Alert): Submission => submissions.get(id) as Submission;
    await alerts.insert(tx, created, neverFired);
    await arrivals.indexEntities(tx, created);
    await arrivals.indexAssets(tx, created);
    await arrivals.indexWords(tx, created);
    await arrivals.indexTechniques(tx, created);
    await arrivals.keepPayloads(
      tx,
      created,
      created.map((alert) => submissionOf(alert)),
    );
    // Nobody hears of what is suppressed: so nothing notifies, analyses, enriches or correlates it, or responds to it.
    const heard = created.filter(({ suppressedBy }) => (suppressedBy ?? null) === null);
    const messages = heard.map((alert) =>
      outbox.message(AlertCreated, { alert }, { ...submissionOf(alert).origin, subject: alert.id }),
    );
    // What came as an alert says nothing more than the alert.
    const arrived = heard.map((alert) => ({ alert, submission: submissionOf(alert) }));
    const raw = arrived.filter(({ submission }) => submission.isEvent ?? submission.readBy !== undefined);
    await outbox.publishMany(tx, [...messages, ...given.rawEvents.ofAlerts(raw)]);
  };

  const store = async (tx: Tx, submissions: readonly Submission[]): Promise<readonly AcceptedAlert[]> => {
    if (submissions.length === 0) return [];
    const at = now();
    const { arriving, leaders } = await given.identify(tx, submissions, at);
    const claims = await claimAll(fingerprints, tx, arriving, at);
    const { created, neverFired, repeated, placements } = planIngest(arriving, claims, at.toISOString());
    const submitted = new Map(submissions.map((submission, index) => [arriving[index]?.id ?? '', submission] as const));
    await storeCreated(tx, { created, neverFired }, submitted);
    const tenants = new Map(created.map(({ id, tenantId }) => [id, tenantId]));
    const leading = leaders.flatMap((leader) => {
      const tenantId = tenants.get(leader.alertId);
      return tenantId === undefined ? [] : [{ ...leader, tenantId }];
    });
    await deduplication.addLeaders(tx, leading);
    const turned = await alerts.countRepetitions(tx, repeated);
    const told = entriesOfArrivals(placements, turned, at.toISOString());
    await timeline.add(
      tx,
      told.map((entry) => ({ ...entry, id: uuidv7(at.getTime()) })),
    );
    const causes = new Map(placements.map(({ alertId, arrival }) => [alertId, submitted.get(arrival.id)?.origin]));
    await publishTurned(tx, turned, causes);
    await suppressions.countHidden(tx, hiddenCounts(placements), at);
    return acceptances(placements, [...created, ...turned.map(({ alert }) => alert)]);
  };

  const batcher = createBatcher<Submission, Answered<AcceptedAlert>>({
    maxItems: BATCH_ALERTS,
    // A batch holds alerts of several tenants, and runs where the request before it ended; each row carries its own tenant.
    run: (submissions) =>
      asSystem(() => db.tx((tx) => idempotency.each(tx, submissions, AcceptedAlert, (fresh) => store(tx, fresh)))),
  });
  return { one: batcher.add, many: (submissions) => db.tx((tx) => store(tx, submissions)), within: store };
}
