import { createDbCluster, type DbCluster, type Tx } from '@soc/db-cluster';
import { createRegistry } from '@soc/monitoring';
import { type Correlations, type CorrelationRule, createCorrelations, type RuleMatch } from '@soc/sigma';
import { createCorrelationWindowRepository } from './correlation-window-repository.ts';
import { type CorrelationResult, createSigmaCorrelation, type SigmaCorrelation } from './sigma-correlation.ts';

export const LATENESS_MS = 60_000;

/** A correlation over the rule `a`, by user, three within ten minutes, unless told otherwise. */
export const aCorrelation = (given: Partial<CorrelationRule> = {}): CorrelationRule => ({
  kind: 'correlation',
  id: 'many',
  title: 'Many failed logins',
  level: 'high',
  references: [],
  tags: ['attack.credential_access', 'attack.t1110'],
  falsePositives: [],
  position: { file: 'rules.yml', line: 1 },
  text: '',
  type: 'event_count',
  rules: ['a'],
  groupBy: ['User'],
  timespanMs: 600_000,
  bounds: [{ operator: 'gte', value: 3 }],
  valueFields: [],
  aliases: new Map(),
  generate: false,
  ...given,
});

export const correlationsOf = (...rules: readonly CorrelationRule[]): Correlations =>
  createCorrelations([{ kind: 'detection', id: 'a' }, { kind: 'detection', id: 'b' }, ...rules], {
    latenessMs: LATENESS_MS,
    maxEntries: 1_000,
  });

export const aMatch = (eventId: string, timeMs: number, user = 'ann', ruleId = 'a'): RuleMatch => ({
  ruleId,
  eventId,
  timeMs,
  fields: new Map([['user', user]]),
});

export interface Replica {
  readonly db: DbCluster;
  readonly correlateMatches: SigmaCorrelation['correlateMatches'];
  readonly findDue: SigmaCorrelation['findDue'];
  readonly settleDue: SigmaCorrelation['settleDue'];
  /** In a transaction of its own; `before` the commit something else may happen. */
  readonly correlate: (
    correlations: Correlations,
    matches: readonly RuleMatch[],
    before?: (tx: Tx) => Promise<void>,
  ) => Promise<CorrelationResult>;
  readonly settle: (correlations: Correlations, areCurrent?: boolean) => Promise<CorrelationResult | undefined>;
  readonly told: readonly CorrelationResult[];
  readonly close: () => Promise<void>;
}

/** What a replica of the service does with matches, over a connection pool of its own. */
export function startReplica(databaseUrl: string, now: () => Date = () => new Date()): Replica {
  const db = createDbCluster({
    primaryUrl: databaseUrl,
    replicaUrls: [],
    poolSize: 4,
    applicationName: 'replica',
    registry: createRegistry('alert', 'replica'),
    onError: () => undefined,
  });
  const told: CorrelationResult[] = [];
  const { correlateMatches, findDue, settleDue } = createSigmaCorrelation({
    windows: createCorrelationWindowRepository(),
    now,
    latenessMs: LATENESS_MS,
    tell: (result) => told.push(result),
  });
  return {
    db,
    correlateMatches,
    findDue,
    settleDue,
    told,
    correlate: (correlations, matches, before = () => Promise.resolve()) =>
      db.tx(async (tx) => {
        const result = await correlateMatches(tx, [{ tenantId: 'default', correlations, matches }]);
        await before(tx);
        return result;
      }),
    settle: async (correlations, areCurrent = true) => {
      const due = await findDue(db.write, { tenants: [], rules: [] });
      const rules = { correlations, areCurrent: () => Promise.resolve(areCurrent) };
      return due && db.tx((tx) => settleDue(tx, due, rules));
    },
    close: () => db.close(),
  };
}
