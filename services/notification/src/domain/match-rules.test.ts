import { exampleAlert, exampleIncident } from '@soc/fleet/testing';
import { expect, test } from 'vitest';
import { alertFact } from './alert-fact.ts';
import { incidentFact } from './incident-fact.ts';
import { type ActiveRule, matchRules } from './match-rules.ts';
import { runFact } from './run-fact.ts';

const origin = { eventId: 'e1', tenantId: 'default', correlationId: 'c1' };
const rule = (fields: Partial<ActiveRule> = {}): ActiveRule => ({
  id: 'rule',
  tenantId: 'default',
  events: ['incident.created'],
  minSeverity: 'high',
  throttleS: 0,
  channels: [{ id: 'mail', kind: 'email' }],
  ...fields,
});
const incident = (severity: 'medium' | 'high' | 'critical') =>
  incidentFact(exampleIncident({ severity }), undefined, origin);

test('a rule speaks to each of its channels, from its severity upwards', () => {
  const channels = [
    { id: 'mail', kind: 'email' },
    { id: 'chat', kind: 'slack' },
  ] as const;
  const facts = [incident('medium'), incident('high'), incident('critical')];
  expect(
    matchRules(facts, [rule({ channels })]).map(({ fact, channel }) => [fact.message.severity, channel.id]),
  ).toEqual([
    ['high', 'mail'],
    ['high', 'chat'],
    ['critical', 'mail'],
    ['critical', 'chat'],
  ]);
});

test('a rule hears only the events it names', () => {
  expect(matchRules([alertFact(exampleAlert({ severity: 'critical' }), origin)], [rule()])).toEqual([]);
});

test('a rule never hears of another tenant', () => {
  expect(matchRules([incident('critical')], [rule({ tenantId: 'other' })])).toEqual([]);
});

test('an event without a severity passes every rule that names it', () => {
  const run = {
    runId: 'r1',
    playbookId: 'p1',
    playbookName: 'Block address',
    incidentId: null,
    outcome: 'succeeded' as const,
    detail: '',
    stepsExecuted: 1,
    dryRun: false,
    startedAt: '2026-03-01T10:00:00Z',
    endedAt: '2026-03-01T10:00:05Z',
  };
  expect(
    matchRules([runFact(run, origin)], [rule({ events: ['response.completed'], minSeverity: 'critical' })]),
  ).toHaveLength(1);
});
