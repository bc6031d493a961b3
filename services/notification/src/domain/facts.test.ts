import { exampleAlert, exampleIncident } from '@soc/fleet/testing';
import { expect, test } from 'vitest';
import { alertFact } from './alert-fact.ts';
import { firstOf } from './fact.ts';
import { incidentFact } from './incident-fact.ts';
import { runFact } from './run-fact.ts';

const origin = { eventId: 'e1', tenantId: 'default', correlationId: 'c1' };
const labels = ({ lines }: { readonly lines: readonly { label: string; value: string }[] }) =>
  Object.fromEntries(lines.map(({ label, value }) => [label, value]));

test('alerts of one fingerprint repeat each other', () => {
  const first = alertFact(exampleAlert({ id: 'a1', fingerprint: 'f' }), origin);
  const second = alertFact(exampleAlert({ id: 'a2', fingerprint: 'f' }), origin);
  expect(first.throttleSubject).toBe(second.throttleSubject);
  expect([first.message.subject, second.message.subject]).toEqual(['a1', 'a2']);
});

test('an alert with many observables makes a message of bounded size', () => {
  const observables = Array.from({ length: 3_000 }, (_, index) => ({ type: 'ip' as const, value: `10.0.${index}` }));
  const { message } = alertFact(exampleAlert({ observables }), origin);
  expect(labels(message)['Observables']).toBe('10.0.0, 10.0.1, 10.0.2, 10.0.3, 10.0.4 and 2995 more');
  expect(message.data['observables']).toHaveLength(20);
});

test('a change of an incident is about the incident, names what changed, and repeats its creation', () => {
  const created = incidentFact(exampleIncident(), undefined, origin);
  const updated = incidentFact(exampleIncident(), ['severity', 'alertCount'], origin);
  expect([created.message.type, updated.message.type]).toEqual(['incident.created', 'incident.updated']);
  expect(created.throttleSubject).toBe(updated.throttleSubject);
  expect(labels(updated.message)).toMatchObject({ Changed: 'severity, alertCount', Alerts: '2', Status: 'open' });
});

test('a run tells its outcome and has no severity', () => {
  const run = {
    runId: 'r1',
    playbookId: 'p1',
    playbookName: 'Block address',
    incidentId: null,
    outcome: 'failed' as const,
    detail: 'firewall refused',
    stepsExecuted: 2,
    dryRun: true,
    startedAt: '2026-03-01T10:00:00Z',
    endedAt: '2026-03-01T10:00:05Z',
  };
  const { message } = runFact(run, origin);
  expect([message.title, message.severity]).toEqual(['Playbook Block address failed (dry run)', null]);
  expect(labels(message)).toMatchObject({ Outcome: 'failed', Detail: 'firewall refused' });
  expect(labels(message)).not.toHaveProperty('Incident');
});

test('few things are all named, many only at first', () => {
  expect(firstOf(['a', 'b'], 2)).toBe('a, b');
  expect(firstOf(['a', 'b', 'c'], 2)).toBe('a, b and 1 more');
});
