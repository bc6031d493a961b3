import { exampleIncident } from '@soc/fleet/testing';
import { expect, test } from 'vitest';
import { incidentFact } from './incident-fact.ts';
import type { Candidate } from './match-rules.ts';
import { decideTurns, turnsOf } from './throttle.ts';

const at = new Date('2026-03-01T10:00:00.000Z');
const INCIDENT = exampleIncident().id;

const candidate = (
  severity: 'high' | 'critical',
  given: { eventId?: string; throttleS?: number; id?: string } = {},
): Candidate => {
  const { eventId = 'e1', throttleS = 300, id = INCIDENT } = given;
  const channel = { id: 'mail', kind: 'email' } as const;
  return {
    fact: incidentFact(exampleIncident({ severity, id }), ['severity'], { eventId, tenantId: 't', correlationId: 'c' }),
    rule: { id: 'rule', tenantId: 't', events: [], minSeverity: 'low', throttleS, channels: [channel] },
    channel,
  };
};
const spoken = (candidates: readonly Candidate[], granted: Parameters<typeof decideTurns>[1]) =>
  decideTurns(candidates, granted)
    .filter(({ isSuppressed }) => !isSuppressed)
    .map(({ fact }) => fact.eventId);

test('a turn lasts as long as the rule says', () => {
  expect(turnsOf([candidate('high')], at)).toEqual([
    {
      ruleId: 'rule',
      channelId: 'mail',
      subject: `incident:${INCIDENT}`,
      severityRank: 3,
      freeAt: '2026-03-01T10:05:00.000Z',
    },
  ]);
});

test('of several messages about one subject the most severe speaks, among equals the latest', () => {
  const three = [
    candidate('high', { eventId: 'e1' }),
    candidate('critical', { eventId: 'e2' }),
    candidate('critical', { eventId: 'e3' }),
    candidate('high', { eventId: 'e4' }),
  ];
  const turns = turnsOf(three, at);
  expect(turns).toHaveLength(1);
  expect(spoken(three, turns)).toEqual(['e3']);
});

test('without a granted turn nobody speaks', () => {
  expect(spoken([candidate('high')], [])).toEqual([]);
});

test('a rule without a throttle speaks every time and asks for no turn', () => {
  const two = [candidate('high', { eventId: 'e1', throttleS: 0 }), candidate('high', { eventId: 'e2', throttleS: 0 })];
  expect([turnsOf(two, at), spoken(two, [])]).toEqual([[], ['e1', 'e2']]);
});

test('turns are asked for in one order, whatever order the facts come in', () => {
  const [a, b] = [candidate('high', { id: 'a' }), candidate('high', { id: 'b' })];
  expect(turnsOf([b, a], at)).toEqual(turnsOf([a, b], at));
});
