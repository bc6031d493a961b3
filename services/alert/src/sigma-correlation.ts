import type { Queryable, Tx } from '@soc/db-cluster';
import {
  type CompiledCorrelation,
  type CorrelationInput,
  type Correlations,
  decide,
  type Group,
  isWaiting,
  type RuleMatch,
  settle,
  type WindowDecision,
} from '@soc/sigma';
import type {
  ChangedWindow,
  CorrelationWindowRepository,
  DueRule,
  StoredWindow,
  WindowKey,
} from './correlation-window-repository.ts';
import type { Firing } from './domain/sigma-correlation/firing-alert.ts';
import { windowKeyOf } from './domain/sigma-correlation/window-key.ts';

/** Matches of a tenant's events, and the correlations of the rules they were matched with. */
export interface MatchBatch {
  readonly tenantId: string;
  readonly correlations: Correlations;
  readonly matches: readonly RuleMatch[];
}

export interface TenantFiring extends Firing {
  readonly tenantId: string;
}

/** The rules that a replica has at work. */
export interface RulesAtWork {
  readonly correlations: Correlations;
  /** Whether they are the tenant's present ones: others may be loaded a little later here than elsewhere. */
  readonly areCurrent: (tx: Tx) => Promise<boolean>;
}

export interface CorrelationResult {
  /** Of correlations that are told, each once. */
  readonly firings: readonly TenantFiring[];
  /** Events that came too late for a window. */
  readonly late: number;
  /** Events that a full window forgot. */
  readonly dropped: number;
}

export interface SigmaCorrelation {
  /**
   * Takes matches into their windows, all or none with the rest of the transaction. Two statements for each level of
   * correlations that count correlations, whatever the number of matches. Locks windows: call it before what locks alerts.
   */
  readonly correlateMatches: (tx: Tx, batches: readonly MatchBatch[]) => Promise<CorrelationResult>;
  /** A rule in whose windows nothing has arrived for the lateness, for `settleDue`. Locks nothing. */
  readonly findDue: (
    db: Queryable,
    except: { readonly tenants: readonly string[]; readonly rules: readonly DueRule[] },
  ) => Promise<DueRule | undefined>;
  /**
   * Judges due windows of one rule; those of a rule that is gone or has changed are forgotten. Undefined when there are none,
   * or they wait for rules which are not loaded here yet, or another replica has them at hand.
   */
  readonly settleDue: (tx: Tx, due: DueRule, rules: RulesAtWork) => Promise<CorrelationResult | undefined>;
}

/** Windows in one settling. */
const SETTLE_ROWS = 100;

/** Least time a window is remembered after its last event. */
const KEEP_MS = 3_600_000;

type Work = { readonly tenantId: string; readonly correlations: Correlations; readonly inputs: CorrelationInput[] };

/** An event dated further ahead of its arrival would make all others late. */
const notAhead = (match: RuleMatch, nowMs: number, latenessMs: number): RuleMatch =>
  match.timeMs > nowMs + latenessMs ? { ...match, timeMs: nowMs } : match;

export function createSigmaCorrelation(given: {
  readonly windows: CorrelationWindowRepository;
  readonly now: () => Date;
  readonly latenessMs: number;
  readonly tell: (result: CorrelationResult) => void;
}): SigmaCorrelation {
  const { windows, now, latenessMs, tell } = given;

  const changedOf = (key: WindowKey, compiled: CompiledCorrelation, { state }: WindowDecision): ChangedWindow => {
    const nowMs = now().getTime();
    const keepMs = Math.max(KEEP_MS, compiled.rule.timespanMs + latenessMs);
    const dueAt = isWaiting(compiled, state) ? new Date(nowMs + latenessMs) : null;
    return { ...key, state, dueAt, expiresAt: new Date(nowMs + keepMs) };
  };

  /** Judges the inputs of each level and hands what they pass on to the next. */
  const runLevels = async (tx: Tx, work: readonly Work[], begun: CorrelationResult): Promise<CorrelationResult> => {
    const total = { firings: [...begun.firings], late: begun.late, dropped: begun.dropped };
    const depth = Math.max(0, ...work.map(({ correlations }) => correlations.levels.length));
    for (let level = 0; level < depth; level += 1) {
      const asked = new Map(work.flatMap((each) => windowsAsked(each, level)));
      if (asked.size === 0) continue;
      const keys = [...asked.values()].map(({ key }) => key);
      const stored = await windows.lock(tx, keys, new Date(now().getTime() + KEEP_MS));
      const known = new Map(stored.map((row) => [identityOf(row), row]));
      const changed: ChangedWindow[] = [];
      for (const [identity, { key, compiled, entries, of }] of asked) {
        const before = known.get(identity)?.state;
        const decision = decide(compiled, before, entries);
        if (decision.state !== before) changed.push(changedOf(key, compiled, decision));
        collect(total, of, compiled, key.group, decision);
      }
      await windows.save(tx, changed);
    }
    return total;
  };

  return {
    correlateMatches: async (tx, batches) => {
      const nowMs = now().getTime();
      const work = batches.map(({ tenantId, correlations, matches }) => ({
        tenantId,
        correlations,
        inputs: matches.flatMap((match) => correlations.inputsOf(notAhead(match, nowMs, latenessMs))),
      }));
      const result = await runLevels(tx, work, { firings: [], late: 0, dropped: 0 });
      tx.afterCommit(() => tell(result));
      return result;
    },

    findDue: (db, except) => windows.findDue(db, now(), except),

    settleDue: async (tx, { tenantId, ruleId }, { correlations, areCurrent }) => {
      const due = await windows.lockDue(tx, now(), { tenantId, ruleId }, SETTLE_ROWS);
      const compiled = correlations.find(ruleId);
      const gone = due.filter((window) => !compiled || windowKeyOf(compiled, window.group) !== window.key);
      const areDropped = gone.length > 0 && (await areCurrent(tx));
      if (areDropped) await windows.dropDue(tx, gone);
      if (!areDropped && gone.length === due.length) return undefined;
      const work: Work = { tenantId, correlations, inputs: [] };
      const total = { firings: [], late: 0, dropped: 0 };
      const changed: ChangedWindow[] = [];
      for (const window of due) {
        if (!compiled || !window.state || gone.includes(window)) continue;
        const decision = settle(compiled, window.state);
        changed.push(changedOf(keyOnly(window), compiled, decision));
        collect(total, work, compiled, window.group, decision);
      }
      await windows.save(tx, changed);
      const result = await runLevels(tx, [work], total);
      tx.afterCommit(() => tell(result));
      return result;
    },
  };
}

const identityOf = ({ tenantId, ruleId, key }: Pick<WindowKey, 'tenantId' | 'ruleId' | 'key'>): string =>
  `${tenantId} ${ruleId} ${key}`;

const keyOnly = ({ tenantId, ruleId, key, group }: StoredWindow): WindowKey => ({ tenantId, ruleId, key, group });

/** Takes over what a window decided; what it passes on becomes inputs of a later level. */
function collect(
  total: { firings: TenantFiring[]; late: number; dropped: number },
  { tenantId, correlations, inputs }: Work,
  { rule }: CompiledCorrelation,
  group: Group,
  { fired, passedOn, late, dropped }: WindowDecision,
): void {
  total.late += late;
  total.dropped += dropped;
  const told = correlations.isTold(rule.id) ? fired : [];
  total.firings.push(...told.map((firing) => ({ ...firing, tenantId, rule, group })));
  inputs.push(...correlations.inputsOfCorrelation(rule.id, group, passedOn));
}

/** The windows that a tenant's inputs are for, on one level of its rules. */
function windowsAsked(work: Work, level: number) {
  const compiledOf = new Map((work.correlations.levels[level] ?? []).map((compiled) => [compiled.rule.id, compiled]));
  const ofLevel = work.inputs.filter(({ ruleId }) => compiledOf.has(ruleId));
  return [...Map.groupBy(ofLevel, ({ ruleId, group }) => `${ruleId} ${group.key}`).values()].flatMap((inputs) => {
    const [first] = inputs;
    const compiled = first && compiledOf.get(first.ruleId);
    if (!first || !compiled) return [];
    const { tenantId } = work;
    const key: WindowKey = {
      tenantId,
      ruleId: first.ruleId,
      key: windowKeyOf(compiled, first.group),
      group: first.group,
    };
    return [[identityOf(key), { key, compiled, of: work, entries: inputs.map(({ entry }) => entry) }] as const];
  });
}
