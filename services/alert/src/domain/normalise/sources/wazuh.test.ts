import { describe, expect, it } from 'vitest';
import { fingerprintsOf, normaliseOne, observableTexts } from '../normalise-one.fixture.ts';

const alert = {
  timestamp: '2025-06-02T09:15:04.221+0200',
  rule: {
    level: 10,
    description: 'sshd: brute force trying to get access to the system.',
    id: '5712',
    mitre: { id: ['T1110'], tactic: ['Credential Access'], technique: ['Brute Force'] },
    frequency: 8,
    firedtimes: 3,
    groups: ['syslog', 'sshd', 'authentication_failures'],
  },
  agent: { id: '003', name: 'Web-01', ip: '192.0.2.20' },
  manager: { name: 'wazuh-manager' },
  id: '1748848504.1291',
  full_log: 'Jun  2 09:15:03 web-01 sshd[1201]: Failed password for root from 203.0.113.9 port 4242 ssh2',
  predecoder: { program_name: 'sshd', timestamp: 'Jun  2 09:15:03', hostname: 'web-01' },
  decoder: { parent: 'sshd', name: 'sshd' },
  data: { srcip: '203.0.113.9', srcport: '4242', dstuser: 'root' },
  location: '/var/log/auth.log',
};

describe('wazuh', () => {
  it('an alert has the title, rule, time, techniques and entities of the rule', () => {
    const read = normaliseOne('wazuh', alert);
    expect(read).toMatchObject({
      title: 'sshd: brute force trying to get access to the system.',
      severity: 'medium',
      ruleId: '5712',
      externalId: '1748848504.1291',
      tactics: ['credential-access'],
      techniques: ['T1110'],
      tags: ['syslog', 'sshd', 'authentication_failures'],
      occurredAt: '2025-06-02T07:15:04.221Z',
    });
    expect(observableTexts(read)).toEqual(['host web-01', 'host ip 192.0.2.20', 'source ip 203.0.113.9', 'user root']);
  });

  it.each([
    [0, 'informational'],
    [3, 'informational'],
    [4, 'low'],
    [7, 'medium'],
    [12, 'high'],
    [14, 'high'],
    [15, 'critical'],
  ])('level %i is %s', (level, severity) => {
    expect(normaliseOne('wazuh', { ...alert, rule: { ...alert.rule, level } }).severity).toBe(severity);
  });

  it('the hash of the import table, which Sysmon lists beside the others, is no MD5', () => {
    const hashes = `SHA1=${'a'.repeat(40)},MD5=${'b'.repeat(32)},IMPHASH=${'c'.repeat(32)}`;
    const read = normaliseOne('wazuh', { ...alert, data: { win: { eventdata: { hashes } } } });
    expect(observableTexts(read).slice(2)).toEqual([`sha1 ${'a'.repeat(40)}`, `md5 ${'b'.repeat(32)}`]);
  });

  it('a document of the indexer and the count of firings do not change the fingerprint', () => {
    const again = { ...alert, id: '1748848600.2000', rule: { ...alert.rule, firedtimes: 4 } };
    expect(fingerprintsOf('wazuh', { _index: 'wazuh-alerts-4.x', _source: again })).toEqual(
      fingerprintsOf('wazuh', alert),
    );
    expect(fingerprintsOf('wazuh', { ...alert, data: { srcip: '203.0.113.10' } })).not.toEqual(
      fingerprintsOf('wazuh', alert),
    );
  });
});
