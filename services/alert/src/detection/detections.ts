import { asSystem, type DbCluster, type Tx } from '@soc/db-cluster';
import type { BusLog } from '@soc/messaging';
import { HttpProblem, type Worker } from '@soc/service-kit';
import type { CorrelationOptions } from '@soc/sigma';
import type { RuleRefresh } from '../rule-refresh.ts';
import type { CompiledRule, RuleSetRepository } from '../rule-set-repository.ts';
import { type Detection, startDetection } from './detection.ts';
import { COMPILED_FORMAT } from './rule-codec.ts';
import { createTurns } from './turns.ts';

const EVERY_MS = 1_000;
const PAGE_ROWS = 500;

/** The hash of a tenant without enabled rules. */
const NO_RULES = '';

/**
 * Threads beyond which those that were not used for longest end, once they are idle; threads beyond which none begins; and how many
 * compile at a time.
 */
const THREADS = { idle: 4, most: 8, starting: 2 };

/** Whoever was given a detection has asked it by then. */
const IDLE_MS = 1_000;

const BUSY = 'as many sets of rules are at work as this replica may have';

/** After which a set that could not be loaded is tried again; a change of it is tried at once. */
const RETRY_MS = 10_000;

interface Shared {
  readonly detection: Detection;
  usedAtMs: number;
}

interface Current {
  readonly version: number;
  readonly hash: string;
}

/** Which detection sees the events of a tenant. */
export interface Detections extends Worker {
  /** The rules of the tenant at work. Waits for their compilation only where nothing of the tenant is at work yet. */
  readonly of: (tenantId: string) => Promise<Detection>;
  /** The same, with the version of the tenant's rules that they are; undefined when they changed this very moment. */
  readonly setOf: (
    tenantId: string,
  ) => Promise<{ readonly detection: Detection; readonly version: number | undefined }>;
}

/**
 * Keeps the detections of this replica as the tables say, which it asks every second. A changed set is compiled beside the old
 * one in a thread of its own; events go to the old one until the new one stands, and what the old one was given it finishes.
 * Tenants with the same rules share a thread.
 */
export function createDetections(given: {
  readonly db: Pick<DbCluster, 'write' | 'tx'>;
  readonly ruleSets: RuleSetRepository;
  readonly windows: CorrelationOptions;
  /** Reads the rules of a tenant anew from their texts. */
  readonly refresh: RuleRefresh;
  readonly log: BusLog;
  readonly threads?: typeof THREADS;
}): Detections {
  const { db, ruleSets, windows, log, threads: bounds = THREADS } = given;
  // Who waits is a tenant each.
  const turns = { atOnce: bounds.starting, ofTenant: 1, waiting: Number.POSITIVE_INFINITY, waitingOfTenant: 1 };
  const inTurn = createTurns(turns);
  const threads = new Map<string, Shared>();
  const current = new Map<string, Current>();
  const failures = createFailures(log);
  const loading = new Map<string, Promise<Detection>>();
  let timer: NodeJS.Timeout | undefined;
  let polling: Promise<void> | undefined;

  const readSet = (tenantId: string): Promise<RuleSetRead> =>
    readRuleSet(given, tenantId, (hash) => threads.get(hash)?.detection.hasFailed() === false);

  /**
   * A thread in the place of one that has failed, or of one that is idle where there is no room for another. What takes the place of
   * rules at work stands beside them for a while, however full it is.
   */
  const start = (tenantId: string, hash: string, rules: readonly string[]): Detection => {
    const most = bounds.most + (current.has(tenantId) ? bounds.starting : 0);
    if (!threads.has(hash) && threads.size >= most) endUnused(most - 1);
    if (!threads.has(hash) && threads.size >= most) {
      throw new HttpProblem(503, 'detection.busy', BUSY, { headers: { 'retry-after': '5' } });
    }
    const detection = startDetection(rules, windows);
    threads.set(hash, { detection, usedAtMs: performance.now() });
    return detection;
  };

  const load = async (tenantId: string): Promise<Detection> => {
    const found = await readSet(tenantId);
    if (found.isOfOtherForm) await asSystem(() => given.refresh(tenantId));
    const { version, hash, rules } = found.isOfOtherForm ? await readSet(tenantId) : found;
    const known = threads.get(hash)?.detection;
    const isAtWork = known?.hasFailed() === false;
    // It was there when the rules were looked up, and has ended since.
    if (!isAtWork && !rules) return load(tenantId);
    const detection = isAtWork ? known : start(tenantId, hash, rules ?? []);
    const unrunnable = await detection.ready;
    if (!isAtWork) {
      log.info({ tenantId, rules: rules?.length, unrunnable: unrunnable.length }, 'detection rules compiled');
    }
    current.set(tenantId, { version, hash });
    const shared = threads.get(hash);
    if (shared) shared.usedAtMs = performance.now();
    return detection;
  };

  /** Detections that no tenant's events go to any more, and those that are too many. */
  const endUnused = (keep = bounds.idle): void => {
    const inUse = new Set([...current.values()].map(({ hash }) => hash));
    const before = performance.now() - IDLE_MS;
    const idle = [...threads]
      .filter(([, { detection, usedAtMs }]) => detection.isIdle() && (usedAtMs < before || detection.hasFailed()))
      .toSorted(([, a], [, b]) => a.usedAtMs - b.usedAtMs);
    for (const [hash, { detection }] of idle) {
      if (inUse.has(hash) && !detection.hasFailed() && threads.size <= keep) continue;
      threads.delete(hash);
      for (const [tenantId, of] of current) if (of.hash === hash) current.delete(tenantId);
      void detection.end();
    }
  };

  /** Concurrent askers share one loading. */
  const loadOnce = (tenantId: string): Promise<Detection> => {
    const already = loading.get(tenantId);
    if (already) return already;
    const begun = inTurn(tenantId, () => load(tenantId)).finally(() => loading.delete(tenantId));
    loading.set(tenantId, begun);
    return begun;
  };

  const poll = async (): Promise<void> => {
    for (const { tenantId, version } of await ruleSets.versions(db.write)) {
      const known = current.get(tenantId);
      if (!known || known.version === version || loading.has(tenantId)) continue;
      if (!failures.isRecent(tenantId, version)) loadOnce(tenantId).catch(failures.noteOf(tenantId, version));
    }
    endUnused();
  };

  const of = async (tenantId: string): Promise<Detection> => {
    const known = usedNow(current.get(tenantId), threads);
    return !known || known.hasFailed() ? loadOnce(tenantId) : known;
  };

  return {
    of,
    setOf: async (tenantId) => withVersion(await of(tenantId), current.get(tenantId), threads),
    start: () => {
      timer = setInterval(() => {
        polling ??= poll()
          .catch((error: unknown) => log.warn({ err: error }, 'rules not looked up'))
          .finally(() => {
            polling = undefined;
          });
      }, EVERY_MS);
      timer.unref();
    },
    stop: async () => {
      clearInterval(timer);
      await Promise.resolve(polling).then(() => Promise.allSettled(loading.values()));
      await Promise.all([...threads.values()].map(({ detection }) => detection.end()));
      threads.clear();
    },
  };
}

/** Changed sets that could not be loaded. Nobody waits for those of another tenant, be they many or broken. */
function createFailures(log: BusLog) {
  const failed = new Map<string, { readonly version: number; readonly untilMs: number }>();
  return {
    isRecent: (tenantId: string, version: number): boolean => {
      const failure = failed.get(tenantId);
      return failure?.version === version && performance.now() < failure.untilMs;
    },
    noteOf: (tenantId: string, version: number) => (error: unknown) => {
      failed.set(tenantId, { version, untilMs: performance.now() + RETRY_MS });
      log.warn({ err: error, tenantId }, 'changed rules not loaded');
    },
  };
}

function usedNow(known: Current | undefined, threads: ReadonlyMap<string, Shared>): Detection | undefined {
  const shared = known && threads.get(known.hash);
  if (shared) shared.usedAtMs = performance.now();
  return shared?.detection;
}

function withVersion(detection: Detection, known: Current | undefined, threads: ReadonlyMap<string, Shared>) {
  const isOfKnown = known && threads.get(known.hash)?.detection === detection;
  return { detection, version: isOfKnown ? known.version : undefined };
}

interface RuleSetRead extends Current {
  /** By `encodeRule`; undefined where a thread has them already. */
  readonly rules: readonly string[] | undefined;
  /** Stored by an older version of the service, which made something else of the texts. */
  readonly isOfOtherForm: boolean;
}

/** In one snapshot, so that the hash names these very rules. */
function readRuleSet(
  { db, ruleSets }: { readonly db: Pick<DbCluster, 'tx'>; readonly ruleSets: RuleSetRepository },
  tenantId: string,
  isThere: (hash: string) => boolean,
): Promise<RuleSetRead> {
  return asSystem(() =>
    db.tx(
      async (tx) => {
        const identity = await ruleSets.identity(tx, tenantId);
        const [version, hash] = [identity?.version ?? 0, identity?.hash ?? NO_RULES];
        if (isThere(hash)) return { version, hash, rules: undefined, isOfOtherForm: false };
        const rules = hash === NO_RULES ? [] : await enabledRules(tx, ruleSets, tenantId);
        const isOfOtherForm = rules.some(({ format }) => format < COMPILED_FORMAT);
        return { version, hash, rules: rules.map(({ compiled }) => compiled), isOfOtherForm };
      },
      { isolation: 'repeatable read', readOnly: true },
    ),
  );
}

async function enabledRules(tx: Tx, ruleSets: RuleSetRepository, tenantId: string): Promise<readonly CompiledRule[]> {
  const rules: CompiledRule[] = [];
  for (let afterId = ''; ;) {
    const page = await ruleSets.enabled(tx, tenantId, { afterId, limitRows: PAGE_ROWS });
    rules.push(...page);
    if (page.length < PAGE_ROWS) return rules;
    afterId = page.at(-1)?.id ?? '';
  }
}
