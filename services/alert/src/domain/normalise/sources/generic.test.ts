import { GenericMapping } from '@soc/contracts/alert/generic-mapping';
import { describe, expect, it } from 'vitest';
import { normaliseGeneric } from '../normalise.ts';
import { fingerprintsOf, normaliseOne, observableTexts, receivedAt } from '../normalise-one.fixture.ts';

describe('generic', () => {
  it('common names are understood', () => {
    const alert = normaliseOne('generic', {
      name: 'Malware found',
      message: 'Blocked hxxp://evil[.]example/x',
      level: 'CRIT',
      timestamp: 1748858400,
      hostname: 'WS-12',
      src_ip: '192.0.2.9',
      tags: ['av', 'av', ''],
      technique: 'attack.t1204.002',
    });
    expect(alert).toMatchObject({
      title: 'Malware found',
      severity: 'critical',
      occurredAt: '2025-06-02T10:00:00.000Z',
      tags: ['av'],
      techniques: ['T1204.002'],
    });
    expect(observableTexts(alert)).toEqual([
      'source ip 192.0.2.9',
      'host ws-12',
      'url http://evil.example/x',
      'domain evil.example',
    ]);
  });

  it('without a mapping of its own an alert is the same by title and entities', () => {
    const alert = { title: 'A', host: 'ws-1', timestamp: 1748858400, count: 1 };
    const later = { ...alert, timestamp: 1748858500, count: 2 };
    expect(fingerprintsOf('generic', later)).toEqual(fingerprintsOf('generic', alert));
    expect(fingerprintsOf('generic', { ...alert, host: 'ws-2' })).not.toEqual(fingerprintsOf('generic', alert));
  });
});

describe('a mapping of the operator', () => {
  const mapping = GenericMapping.parse({
    list: 'result.findings',
    title: { paths: ['check.name', 'check.id'], constant: 'Unnamed finding' },
    description: { paths: ['check.text'] },
    severity: {
      paths: ['risk'],
      table: { Blocker: 'critical' },
      thresholds: [{ atLeast: 7, severity: 'high' }],
      default: 'low',
    },
    ruleId: { paths: ['check.id'] },
    externalId: { paths: ['uid'] },
    occurredAt: { paths: ['when'], format: 'rfc3339', utcOffset: '+02:00' },
    resolved: { paths: ['state'], values: ['Fixed'] },
    observables: [
      { type: 'host', paths: ['assets.fqdn'], role: 'asset' },
      { type: 'ip', paths: ['assets.0.address'] },
    ],
    extract: ['check.text'],
    tactics: ['attack.tactic'],
    techniques: ['attack.technique'],
    tags: ['labels'],
    fingerprint: ['check.id', 'assets.fqdn'],
  });
  const finding = {
    uid: 9,
    check: { id: 'K-1', name: 'Open share', text: 'Reached from 192.0.2.4' },
    risk: 'blocker',
    when: '2025-06-02 12:00:00',
    state: 'open',
    assets: [
      { fqdn: 'A.corp.example', address: '192.0.2.1' },
      { fqdn: 'b.corp.example', address: '192.0.2.2' },
    ],
    attack: { tactic: 'Lateral Movement', technique: 'T1021.002' },
    labels: ['smb'],
  };
  const read = (findings: readonly unknown[]) => {
    const result = normaliseGeneric(mapping, { result: { findings } }, { receivedAt });
    if (!result.ok) throw new Error(result.refusal);
    return result.alerts.map(({ alert }) => alert);
  };

  it('finds every field where it says', () => {
    const [alert] = read([finding]);
    if (!alert) throw new Error('no alert');
    expect(alert).toMatchObject({
      source: 'generic',
      title: 'Open share',
      description: 'Reached from 192.0.2.4',
      severity: 'critical',
      ruleId: 'K-1',
      externalId: '9',
      tactics: ['lateral-movement'],
      techniques: ['T1021.002'],
      tags: ['smb'],
      occurredAt: '2025-06-02T10:00:00.000Z',
      resolved: false,
      fingerprintParts: ['K-1', 'A.corp.example\nb.corp.example'],
    });
    expect(observableTexts(alert)).toEqual([
      'asset host a.corp.example',
      'asset host b.corp.example',
      'ip 192.0.2.1',
      'ip 192.0.2.4',
    ]);
  });

  it('falls back to the next path, to the constant and to the default', () => {
    const alerts = read([{ check: { id: 'K-2' }, risk: 7.5, state: 'FIXED' }, { risk: 'unheard-of' }]);
    expect(alerts.map(({ title, severity, resolved }) => [title, severity, resolved])).toEqual([
      ['K-2', 'high', true],
      ['Unnamed finding', 'low', false],
    ]);
  });

  it.each([
    ['an unknown key', { title: { paths: ['a'] }, titel: {} }],
    ['a missing title', {}],
    ['a path with an empty step', { title: { paths: ['a..b'] } }],
    ['a path of too many steps', { title: { paths: [Array.from({ length: 13 }, () => 'a').join('.')] } }],
    ['a severity of no such name', { title: { paths: ['a'] }, severity: { paths: ['b'], default: 'huge' } }],
  ])('with %s is refused', (_, bad) => {
    expect(GenericMapping.safeParse(bad).success).toBe(false);
  });
});
