import { asSystem, createBatcher, type DbCluster } from '@soc/db-cluster';
import { uuidv7 } from '@soc/service-kit';
import type { BusLog, Message, Origin, Outbox } from '@soc/messaging';
import type { AcceptedAlert, RejectedLine } from '@soc/contracts/alert/ingest';
import type { Detections } from './detection/detections.ts';
import type { EventMatch } from './detection/thread-protocol.ts';
import type { EventBlock, EventBlockRepository } from './event-block-repository.ts';
import type { EventSources } from './event-sources.ts';
import { submissionsOfFirings } from './firing-submissions.ts';
import type { Ingest, Submission } from './ingest.ts';
import type { PipelineMetrics } from './pipeline-metrics.ts';
import type { RawEvents } from './raw-events.ts';
import type { MatchBatch, SigmaCorrelation, TenantFiring } from './sigma-correlation.ts';

/** What became of some events. */
export interface IntakeOutcome {
  readonly events: number;
  readonly matched: number;
  readonly created: number;
  readonly deduplicated: number;
  readonly rejected: readonly RejectedLine[];
}

/** Takes a block of events in; resolves once it, and what it caused, is committed. The bytes are taken over. */
export type EventIntake = (
  ndjson: Uint8Array<ArrayBuffer>,
  source: string | null,
  origin: Origin,
) => Promise<IntakeOutcome>;

interface Stored {
  readonly block: EventBlock | undefined;
  readonly submissions: readonly Submission[];
  readonly counted: MatchBatch;
  /** Of the events that are counted. */
  readonly texts: ReadonlyMap<string, string>;
  readonly origin: Origin;
  /** What the search is told. */
  readonly told: readonly Message[];
}

/** Who sends events without saying what they are. */
const UNNAMED_SOURCE = 'an unnamed source';

/** Blocks that share a transaction, and transactions at a time. */
const [BATCH_BLOCKS, CONCURRENCY] = [8, 2];

/** Events go through the tenant's rules in their thread; then the block and the alerts of its matches are one transaction. */
export function createEventIntake(given: {
  readonly db: Pick<DbCluster, 'tx'>;
  readonly now: () => Date;
  readonly detections: Pick<Detections, 'of'>;
  readonly blocks: EventBlockRepository;
  readonly ingest: Pick<Ingest, 'within'>;
  readonly correlateMatches: SigmaCorrelation['correlateMatches'];
  readonly eventSources: Pick<EventSources, 'heard'>;
  readonly pipeline: Pick<PipelineMetrics, 'events'>;
  readonly log: BusLog;
  /** Whether events are kept for backtests. */
  readonly keepsEvents: boolean;
  readonly outbox: Pick<Outbox, 'publishMany'>;
  readonly rawEvents: Pick<RawEvents, 'ofBlock'>;
}): EventIntake {
  const { db, now, detections, blocks, ingest, correlateMatches, eventSources } = given;
  const batcher = createBatcher<Stored, readonly AcceptedAlert[]>({
    maxItems: BATCH_BLOCKS,
    concurrency: CONCURRENCY,
    // A batch holds blocks of several tenants; each row carries its own.
    run: (items) =>
      asSystem(() =>
        db.tx(async (tx) => {
          await blocks.insert(
            tx,
            items.flatMap(({ block }) => block ?? []),
          );
          await given.outbox.publishMany(
            tx,
            items.flatMap(({ told }) => told),
          );
          const counted = items.flatMap((item) => (item.counted.matches.length > 0 ? [item.counted] : []));
          const { firings } = counted.length > 0 ? await correlateMatches(tx, counted) : { firings: [] };
          const all = items.map((item) => [...item.submissions, ...firedBy(item, items, firings, now())]);
          const accepted = await ingest.within(tx, all.flat());
          let start = 0;
          return all.map(({ length }) => {
            start += length;
            return accepted.slice(start - length, start);
          });
        }),
      ),
  });

  return async (ndjson, source, origin) => {
    const { tenantId } = origin;
    const detection = await detections.of(tenantId);
    const { events, rejected, matches, body } = await detection.match(ndjson, source);
    const at = now();
    const good = events - rejected.length;
    const block = { id: uuidv7(at.getTime()), tenantId, receivedAt: at.toISOString(), source, events: good, body };
    const submissions = submissionsOf(matches, origin);
    const counted = {
      tenantId,
      correlations: await detection.correlations,
      matches: matches.flatMap((match) => match.counted ?? []),
    };
    const texts = new Map(
      matches.flatMap(({ counted: of, text }): [string, string][] => (of ? [[of.eventId, text]] : [])),
    );
    const keeps = given.keepsEvents && good > 0;
    const told = good > 0 ? await given.rawEvents.ofBlock(body, source, origin) : [];
    const accepted =
      keeps || submissions.length + counted.matches.length + told.length > 0
        ? await batcher.add({ block: keeps ? block : undefined, submissions, counted, texts, origin, told })
        : [];
    // Committed by now: an error would have it sent again.
    if (good > 0) {
      given.pipeline.events(source ?? UNNAMED_SOURCE, good);
      await eventSources
        .heard(tenantId, source ?? UNNAMED_SOURCE)
        .catch((error: unknown) => given.log.warn({ err: error }, 'event source not noted'));
    }
    const created = accepted.filter(({ deduplicated }) => !deduplicated).length;
    return { events, matched: matches.length, created, deduplicated: accepted.length - created, rejected };
  };
}

/** The alerts of firings belong to the first block of their tenant: what brought them about may be in several. */
function firedBy(
  item: Stored,
  items: readonly Stored[],
  firings: readonly TenantFiring[],
  at: Date,
): readonly Submission[] {
  const { tenantId, correlationId } = item.origin;
  const ofTenant = items.filter(({ origin }) => origin.tenantId === tenantId);
  if (ofTenant[0] !== item) return [];
  const own = firings.filter((firing) => firing.tenantId === tenantId);
  const textOf = (id: string) => ofTenant.find(({ texts }) => texts.has(id))?.texts.get(id);
  return submissionsOfFirings(own, correlationId, at, textOf);
}

const submissionsOf = (matches: readonly EventMatch[], origin: Origin): readonly Submission[] =>
  matches.flatMap(({ alert, text }) => (alert ? [{ alert, payload: text, isEvent: true, origin }] : []));
