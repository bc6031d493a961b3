import type { CorrelationRule, DetectionRule, SigmaRule } from '../rule.ts';
import type { MadeUpEvent } from './brute-force.fixture.ts';
import { type Correlations, type CorrelationInput, createCorrelations } from './correlations.ts';
import { decide, isWaiting, settle, type WindowDecision } from './decide.ts';
import type { Group } from './event-fields.ts';
import type { WindowFiring } from './judge.ts';
import type { WindowState } from './window-state.ts';

const head = (id: string) => ({
  id,
  title: `Rule ${id}`,
  level: 'high' as const,
  references: [],
  tags: [],
  falsePositives: [],
  position: { file: 'rules.yml', line: 1 },
  text: '',
});

export const aDetection = (id: string): DetectionRule => ({
  ...head(id),
  kind: 'detection',
  logSource: {},
  condition: { kind: 'and', operands: [] },
  searches: new Map(),
  fields: [],
});

export const aCorrelation = (given: Partial<CorrelationRule> = {}): CorrelationRule => ({
  ...head('correlation'),
  kind: 'correlation',
  type: 'event_count',
  rules: ['a'],
  groupBy: ['user'],
  timespanMs: 10,
  bounds: [{ operator: 'gte', value: 3 }],
  valueFields: [],
  aliases: new Map(),
  generate: false,
  ...given,
});

export interface Told extends WindowFiring {
  readonly ruleId: string;
  readonly group: Group;
}

/** Correlations with their windows in memory, each written to JSON and read again at every step. */
export function startCorrelating(rules: readonly SigmaRule[], options: { latenessMs: number; maxEntries?: number }) {
  const correlations = createCorrelations(rules, { maxEntries: 1_000, ...options });
  const states = new Map<string, { readonly group: Group; readonly json: string }>();
  const told: Told[] = [];
  const counts = { late: 0, dropped: 0 };

  const take = (ruleId: string, group: Group, decision: WindowDecision): readonly CorrelationInput[] => {
    states.set(`${ruleId} ${group.key}`, { group, json: JSON.stringify(decision.state) });
    told.push(...decision.fired.map((firing) => ({ ...firing, ruleId, group })));
    counts.late += decision.late;
    counts.dropped += decision.dropped;
    return correlations.inputsOfCorrelation(ruleId, group, decision.passedOn);
  };
  // What was just written.
  const read = (json: string | undefined): WindowState | undefined =>
    json === undefined ? undefined : (JSON.parse(json) as WindowState);

  return {
    told,
    counts,
    correlations,
    states: (): readonly WindowState[] => [...states.values()].flatMap(({ json }) => read(json) ?? []),
    arrive: (events: readonly MadeUpEvent[]): void => {
      const inputs = events.flatMap((event) => inputsOf(correlations, event));
      for (const compiled of correlations.levels.flat()) {
        const ofRule = inputs.filter((input) => input.ruleId === compiled.rule.id);
        for (const [key, ofGroup] of Map.groupBy(ofRule, ({ group }) => group.key)) {
          const [first] = ofGroup;
          const state = read(states.get(`${compiled.rule.id} ${key}`)?.json);
          const decision = decide(
            compiled,
            state,
            ofGroup.map(({ entry }) => entry),
          );
          if (first) inputs.push(...take(compiled.rule.id, first.group, decision));
        }
      }
    },
    end: (): void => {
      for (const compiled of correlations.levels.flat()) {
        for (const [key, { group, json }] of states) {
          const state = read(json);
          if (!key.startsWith(`${compiled.rule.id} `) || !state || !isWaiting(compiled, state)) continue;
          take(compiled.rule.id, group, settle(compiled, state));
        }
      }
    },
  };
}

const inputsOf = (correlations: Correlations, { id, at, rules, fields }: MadeUpEvent) =>
  rules.flatMap((ruleId) =>
    correlations.inputsOf({ ruleId, eventId: id, timeMs: at, fields: new Map(Object.entries(fields)) }),
  );

/** Each firing as the oracle writes it. */
export const namesOf = (told: readonly Told[]): readonly string[] =>
  told.map(({ ruleId, group, span }) => `${ruleId} ${lists(group.key).flat().join()} ${span}`).toSorted();

/** Every key is a list of lists. */
const lists = (key: string): readonly (readonly string[])[] => JSON.parse(key) as readonly (readonly string[])[];
