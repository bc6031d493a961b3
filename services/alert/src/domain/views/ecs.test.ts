import { EcsAlert } from '@soc/contracts/alert/views';
import { expect, test } from 'vitest';
import { anAlert } from '../alert.fixture.ts';
import { ecsView } from './ecs.ts';

test('an alert in the Elastic Common Schema says what the alert says, and nothing of what it does not know', () => {
  const view = ecsView(
    anAlert(1, {
      severity: 'high',
      ruleId: 'R-1',
      tactics: ['execution'],
      techniques: ['T1059.001', 'T1059', 'T1003'],
      tags: ['windows'],
      observables: [
        { type: 'ip', value: '10.0.0.1', role: 'source' },
        { type: 'ip', value: '203.0.113.1', role: 'destination' },
        { type: 'host', value: 'ws1' },
        { type: 'user', value: 'ann', role: 'actor' },
        { type: 'user', value: 'bob', role: 'target' },
        { type: 'sha256', value: 'ab'.repeat(32), role: 'file' },
      ],
    }),
  );
  expect(EcsAlert.parse(view)).toEqual(view);
  expect(view).toMatchObject({
    '@timestamp': '2026-01-01T00:00:01.000Z',
    message: 'Alert 1',
    event: { kind: 'alert', severity: 3, risk_score: 50, dataset: 'test' },
    rule: { id: 'R-1' },
    host: { name: 'ws1' },
    source: { address: '10.0.0.1', ip: '10.0.0.1' },
    destination: { ip: '203.0.113.1' },
    user: { name: 'ann', target: { name: 'bob' } },
    threat: {
      tactic: { name: ['execution'] },
      technique: { id: ['T1059', 'T1003'], subtechnique: { id: ['T1059.001'] } },
    },
    related: { ip: ['10.0.0.1', '203.0.113.1'], hosts: ['ws1'], user: ['ann', 'bob'], hash: ['ab'.repeat(32)] },
    tags: ['windows'],
    soc: { severity: 'high', status: 'new' },
  });
  expect(Object.keys(ecsView(anAlert(2, { score: null })))).toEqual([
    '@timestamp',
    'ecs',
    'message',
    'event',
    'organization',
    'soc',
  ]);
});
