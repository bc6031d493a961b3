import { asSystem, type DbCluster } from '@soc/db-cluster';
import type { BusLog } from '@soc/messaging';
import { uuidv7, type Worker } from '@soc/service-kit';
import { silenceAlert } from './domain/sigma-correlation/silence-alert.ts';
import { fingerprintOf } from './domain/fingerprint.ts';
import type { EventSourceRepository, SilentSource } from './event-source-repository.ts';
import type { Ingest, Submission } from './ingest.ts';
import type { TimelineRepository } from './timeline-repository.ts';

/** Sources in one transaction. */
const BATCH_SOURCES = 100;

/** Longest time between two looks at who fell silent, and between two notes of one replica that a source was heard. */
const [LOOK_MS, NOTE_MS] = [30_000, 5_000];

/** After a start: who could not reach the fleet while it was away has not fallen silent. */
const GRACE_MS = 5 * 60_000;

/** Sources a replica remembers to have noted. */
const NOTED_SOURCES = 10_000;

export interface EventSources extends Worker {
  /** Notes that events of a source have been taken in, once in 5 s at most; call it after the commit. Never rejects. */
  readonly heard: (tenantId: string, source: string) => Promise<void>;
  /** Raises an alert for each source that fell silent; answers how many. */
  readonly look: () => Promise<number>;
}

/**
 * Tells once when a source that had sent events is silent for `silentMs`, and once when it is back: whichever replica notices
 * first changes the source's row, and the alert, or its entry in the alert's timeline, is of the same transaction. 0 is never.
 */
export function createEventSources(given: {
  readonly db: Pick<DbCluster, 'tx'>;
  readonly sources: EventSourceRepository;
  readonly ingest: Pick<Ingest, 'within'>;
  readonly timeline: Pick<TimelineRepository, 'add'>;
  readonly now: () => Date;
  readonly log: BusLog;
  readonly silentMs: number;
}): EventSources {
  const { db, sources, ingest, timeline, now, log, silentMs } = given;
  const noted = new Map<string, number>();
  let running: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  const submissionOf = (silent: SilentSource, at: Date): Submission => {
    const { tenantId, source, lastSeenAt } = silent;
    const alert = silenceAlert(silent, at);
    // Each silence is an alert of its own, also within the window of the one before.
    const identity = { source: alert.source, fingerprintParts: [...alert.fingerprintParts, lastSeenAt] };
    const fingerprint = fingerprintOf(tenantId, identity);
    const payload = JSON.stringify({ source, lastSeenAt, silentMs });
    return { alert, payload, fingerprint, origin: { tenantId, correlationId: uuidv7(at.getTime()) } };
  };

  const lookOnce = (): Promise<number> =>
    asSystem(() =>
      db.tx(async (tx) => {
        const at = now();
        const silent = await sources.silence(tx, new Date(at.getTime() - silentMs), at, BATCH_SOURCES);
        if (silent.length === 0) return 0;
        const accepted = await ingest.within(
          tx,
          silent.map((source) => submissionOf(source, at)),
        );
        // One for each, in the same order.
        const told = silent.map((source, index) => ({ ...source, alertId: accepted[index]?.id ?? '' }));
        await sources.nameAlerts(tx, told);
        return silent.length;
      }),
    );

  const look = async (): Promise<number> => {
    let found = 0;
    for (let more = silentMs > 0 ? BATCH_SOURCES : 0; more === BATCH_SOURCES; found += more) more = await lookOnce();
    if (found > 0) log.warn({ sources: found }, 'event sources fell silent');
    return found;
  };

  const note = (tenantId: string, source: string): Promise<void> =>
    asSystem(() =>
      db.tx(async (tx) => {
        const at = now();
        const ended = await sources.hear(tx, tenantId, source, at);
        if (!ended?.alertId) return;
        const minutes = Math.round((at.getTime() - Date.parse(ended.lastSeenAt)) / 60_000);
        await timeline.add(tx, [
          {
            id: uuidv7(at.getTime()),
            tenantId,
            alertId: ended.alertId,
            incidentId: null,
            at: at.toISOString(),
            kind: 'resolved',
            actor: null,
            summary: `${source} sends events again, after ${minutes} minutes`,
            data: { lastSeenAt: ended.lastSeenAt, silentSince: ended.silentSince },
          },
        ]);
        tx.afterCommit(() => log.info({ tenantId, eventSource: source, minutes }, 'event source is back'));
      }),
    );

  return {
    look,
    heard: async (tenantId, source) => {
      if (silentMs === 0) return;
      const key = JSON.stringify([tenantId, source]);
      const nowMs = now().getTime();
      if (nowMs - (noted.get(key) ?? 0) < Math.min(NOTE_MS, silentMs / 10)) return;
      if (noted.size >= NOTED_SOURCES) noted.clear();
      noted.set(key, nowMs);
      await note(tenantId, source).catch((error: unknown) => {
        noted.delete(key);
        log.warn({ err: error, tenantId, eventSource: source }, 'event source not noted');
      });
    },
    start: () => {
      if (silentMs === 0) return;
      const everyMs = Math.min(LOOK_MS, silentMs / 4);
      const next = (afterMs: number): void => {
        timer = setTimeout(() => {
          running = look()
            .catch((error: unknown) => log.warn({ err: error }, 'silent sources not looked for'))
            .finally(() => timer && next(everyMs));
        }, afterMs);
        timer.unref();
      };
      next(Math.min(GRACE_MS, silentMs));
    },
    stop: async () => {
      clearTimeout(timer);
      timer = undefined;
      await running;
    },
  };
}
