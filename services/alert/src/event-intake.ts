import { asSystem, createBatcher, type DbCluster } from '@soc/db-cluster';
import { uuidv7 } from '@soc/service-kit';
import type { Origin } from '@soc/messaging';
import type { AcceptedAlert, RejectedLine } from '@soc/contracts/alert/ingest';
import type { Detections } from './detection/detections.ts';
import type { EventMatch } from './detection/thread-protocol.ts';
import type { EventBlock, EventBlockRepository } from './event-block-repository.ts';
import type { Ingest, Submission } from './ingest.ts';

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
}

/** Blocks that share a transaction, and transactions at a time. */
const [BATCH_BLOCKS, CONCURRENCY] = [8, 2];

/** Events go through the tenant's rules in their thread; then the block and the alerts of its matches are one transaction. */
export function createEventIntake(given: {
  readonly db: Pick<DbCluster, 'tx'>;
  readonly now: () => Date;
  readonly detections: Pick<Detections, 'of'>;
  readonly blocks: EventBlockRepository;
  readonly ingest: Pick<Ingest, 'within'>;
  /** Whether events are kept for backtests. */
  readonly keepsEvents: boolean;
}): EventIntake {
  const { db, now, detections, blocks, ingest } = given;
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
          const accepted = await ingest.within(
            tx,
            items.flatMap(({ submissions }) => submissions),
          );
          let start = 0;
          return items.map(({ submissions }) => {
            start += submissions.length;
            return accepted.slice(start - submissions.length, start);
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
    const keeps = given.keepsEvents && good > 0;
    const accepted =
      keeps || submissions.length > 0 ? await batcher.add({ block: keeps ? block : undefined, submissions }) : [];
    const created = accepted.filter(({ deduplicated }) => !deduplicated).length;
    return { events, matched: matches.length, created, deduplicated: accepted.length - created, rejected };
  };
}

const submissionsOf = (matches: readonly EventMatch[], origin: Origin): readonly Submission[] =>
  matches.flatMap(({ alert, text }) => (alert ? [{ alert, payload: text, origin }] : []));
