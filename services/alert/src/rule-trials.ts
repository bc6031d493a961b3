import type { Backtest, RuleVerdict } from '@soc/contracts/alert/rule-trials';
import type { Queryable } from '@soc/db-cluster';
import { type Detection, startDetection } from './detection/detection.ts';
import type { TrialMatch } from './detection/thread-protocol.ts';
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

/** What one backtest may read, unless it asks for less, and how long it may take: the gateway waits two minutes. */
const LIMITS = { events: 1_000_000, matches: 200_000, ms: 60_000, samples: 5, sampleCharacters: 4_000 };

const BLOCKS = 20;

/** Tries rules on events, each in a thread of its own, so that neither requests nor the events that come in wait for it. */
export function createRuleTrials(given: {
  readonly ruleSets: RuleSetRepository;
  readonly blocks: EventBlockRepository;
  readonly dedupWindowMs: number;
}): RuleTrials {
  const { ruleSets, blocks, dedupWindowMs } = given;

  const withRule = async <Result>(
    read: Queryable,
    { tenantId, id }: Which,
    work: (detection: Detection) => Promise<Result>,
  ): Promise<Result | Refused | undefined> => {
    const rule = await ruleSets.findCompiled(read, tenantId, id);
    if (!rule) return undefined;
    if (rule.kind !== 'detection') return { ok: false, refusal: `a ${rule.kind} says nothing of an event alone` };
    const detection = startDetection([rule.compiled], NO_WINDOWS);
    try {
      const [unrunnable] = await detection.ready;
      return unrunnable ? { ok: false, refusal: unrunnable.reason } : await work(detection);
    } finally {
      await detection.end();
    }
  };

  return {
    test: (read, asked) =>
      withRule(read, asked, async (detection) => {
        const events = asked.events.map((event) => JSON.stringify(event));
        return { ok: true as const, verdicts: await detection.explain(events, asked.source ?? null) };
      }),
    backtest: (read, asked) =>
      withRule(read, asked, async (detection) => {
        const { firstMs, lastMs, ...found } = await readBlocks(read, asked, blocks, detection);
        const { alerts, alertsPerDay, days } = forecast(
          found.matches,
          found.perDay,
          { firstMs, lastMs },
          dedupWindowMs,
        );
        const hasEvents = found.events > 0;
        const backtest: Backtest = {
          ruleId: asked.id,
          from: hasEvents ? new Date(firstMs).toISOString() : null,
          to: hasEvents ? new Date(lastMs).toISOString() : null,
          events: found.events,
          matches: found.matches.length,
          alerts,
          alertsPerDay,
          days: [...days],
          samples: found.matches.slice(0, LIMITS.samples).map(({ timeMs, text }) => ({
            at: new Date(timeMs).toISOString(),
            event: text.slice(0, LIMITS.sampleCharacters).toWellFormed(),
          })),
          truncated: found.truncated,
        };
        return { ok: true as const, backtest };
      }),
  };
}

/** Newest first, until there are no more or a bound is met. */
async function readBlocks(
  read: Queryable,
  { tenantId, from, to, maxEvents = LIMITS.events }: Range,
  blocks: EventBlockRepository,
  detection: Detection,
) {
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
      const trial = await detection.trial(body, source, Date.parse(receivedAt));
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
