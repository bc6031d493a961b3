import { setTimeout as pause } from 'node:timers/promises';
import type { Backtest, RuleVerdict } from '@soc/contracts/alert/rule-trials';
import type { Queryable } from '@soc/db-cluster';
import { type Detection, startDetection } from './detection/detection.ts';
import type { TrialMatch } from './detection/thread-protocol.ts';
import { createTurns } from './detection/turns.ts';
import { forecast } from './domain/detection/forecast.ts';
import type { EventBlockRepository } from './event-block-repository.ts';
import type { RuleSetRepository } from './rule-set-repository.ts';

/** A trial is of one rule alone. */
const NO_WINDOWS = { latenessMs: 0, maxEntries: 0 };

interface Which {
  readonly tenantId: string;
  readonly id: string;
}

interface Range extends Which {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly maxEvents?: number | undefined;
}

type Refused = { readonly ok: false; readonly refusal: string };

export interface RuleTrials {
  /** Undefined for a rule that is not there. */
  readonly test: (
    read: Queryable,
    asked: Which & { readonly events: readonly object[]; readonly source?: string | undefined },
  ) => Promise<{ readonly ok: true; readonly verdicts: readonly RuleVerdict[] } | Refused | undefined>;
  readonly backtest: (
    read: Queryable,
    asked: Range,
  ) => Promise<{ readonly ok: true; readonly backtest: Backtest } | Refused | undefined>;
}

/** What one backtest may read, unless it asks for less, and how long it may take: the gateway waits two minutes for its answer. */
const LIMITS = { events: 1_000_000, matches: 200_000, ms: 60_000, samples: 5, sampleCharacters: 4_000 };

const BLOCKS = 20;

/** The thread of one rule. The gateway waits 30 s for the answer to a test. */
const THREAD = { heapMb: 512, answerMs: 25_000 };

/** Tests take a moment, a backtest up to a minute and a core: it does not wait for others, but is asked for again. */
const TURNS = {
  test: { atOnce: 2, ofTenant: 2, waiting: 8, waitingOfTenant: 4 },
  backtest: { atOnce: 2, ofTenant: 1, waiting: 0, waitingOfTenant: 0 },
};

/**
 * Tries rules on events, each in a thread of its own, so that neither requests nor the events that come in wait for it. Refuses
 * with 429 where too many are under way.
 */
export function createRuleTrials(given: {
  readonly ruleSets: RuleSetRepository;
  readonly blocks: EventBlockRepository;
  readonly dedupWindowMs: number;
}): RuleTrials {
  const { ruleSets, blocks, dedupWindowMs } = given;
  const inTurn = { test: createTurns(TURNS.test), backtest: createTurns(TURNS.backtest) };

  const withRule = async <Result>(
    read: Queryable,
    { tenantId, id }: Which,
    work: (detection: Detection) => Promise<Result>,
  ): Promise<Result | Refused | undefined> => {
    const rule = await ruleSets.findCompiled(read, tenantId, id);
    if (!rule) return undefined;
    if (rule.kind !== 'detection') return { ok: false, refusal: `a ${rule.kind} says nothing of an event alone` };
    const detection = startDetection([rule.compiled], NO_WINDOWS, THREAD);
    try {
      const [unrunnable] = await detection.ready;
      return unrunnable ? { ok: false, refusal: unrunnable.reason } : await work(detection);
    } finally {
      await detection.end();
    }
  };

  return {
    test: (read, asked) =>
      inTurn.test(asked.tenantId, () =>
        withRule(read, asked, async (detection) => {
          const events = asked.events.map((event) => JSON.stringify(event));
          return { ok: true as const, verdicts: await detection.explain(events, asked.source ?? null) };
        }),
      ),
    backtest: (read, asked) =>
      inTurn.backtest(asked.tenantId, () =>
        withRule(read, asked, async (detection) => {
          const found = await readBlocks(read, asked, blocks, detection);
          return { ok: true as const, backtest: backtestOf(asked.id, found, dedupWindowMs) };
        }),
      ),
  };
}

interface Found {
  readonly matches: readonly TrialMatch[];
  readonly perDay: ReadonlyMap<number, number>;
  readonly events: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly truncated: boolean;
}

function backtestOf(ruleId: string, found: Found, dedupWindowMs: number): Backtest {
  const { firstMs, lastMs, matches, events } = found;
  const { alerts, alertsPerDay, days } = forecast(matches, found.perDay, { firstMs, lastMs }, dedupWindowMs);
  return {
    ruleId,
    from: events > 0 ? new Date(firstMs).toISOString() : null,
    to: events > 0 ? new Date(lastMs).toISOString() : null,
    events,
    matches: matches.length,
    alerts,
    alertsPerDay,
    days: [...days],
    samples: matches.slice(0, LIMITS.samples).map(({ timeMs, text }) => ({
      at: new Date(timeMs).toISOString(),
      event: text.slice(0, LIMITS.sampleCharacters).toWellFormed(),
    })),
    truncated: found.truncated,
  };
}

/** Undefined where it takes longer. */
async function inTime<Result>(work: Promise<Result>, ms: number): Promise<Result | undefined> {
  const over = new AbortController();
  try {
    return await Promise.race([work, pause(Math.max(0, ms), undefined, { signal: over.signal })]);
  } finally {
    over.abort();
    // Its thread is ended next, which nobody has to hear of.
    work.catch(() => undefined);
  }
}

/** Newest first, until there are no more or a bound is met. */
async function readBlocks(
  read: Queryable,
  { tenantId, from, to, maxEvents = LIMITS.events }: Range,
  blocks: EventBlockRepository,
  detection: Pick<Detection, 'trial'>,
): Promise<Found> {
  const deadlineMs = performance.now() + LIMITS.ms;
  const matches: TrialMatch[] = [];
  const perDay = new Map<number, number>();
  let [events, firstMs, lastMs] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const isFull = (): boolean =>
    events >= maxEvents || matches.length >= LIMITS.matches || performance.now() > deadlineMs;
  for (let beforeId: string | undefined; ;) {
    const page = await blocks.list(read, tenantId, { from, to }, { beforeId, limitRows: BLOCKS });
    for (const { body, source, receivedAt } of page) {
      if (isFull()) return { matches, perDay, events, firstMs, lastMs, truncated: true };
      const trial = await inTime(detection.trial(body, source, Date.parse(receivedAt)), deadlineMs - performance.now());
      if (!trial) return { matches, perDay, events, firstMs, lastMs, truncated: true };
      events += trial.events;
      for (const [day, count] of trial.perDay) perDay.set(day, (perDay.get(day) ?? 0) + count);
      firstMs = Math.min(firstMs, trial.firstMs);
      lastMs = Math.max(lastMs, trial.lastMs);
      // Texts are kept of the first few only: they are what takes memory.
      matches.push(
        ...trial.matches.map((match, index) =>
          matches.length + index < LIMITS.samples ? match : { ...match, text: '' },
        ),
      );
    }
    if (page.length < BLOCKS) return { matches, perDay, events, firstMs, lastMs, truncated: false };
    beforeId = page.at(-1)?.id;
  }
}
