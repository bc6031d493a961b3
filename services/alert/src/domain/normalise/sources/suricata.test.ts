import { describe, expect, it } from 'vitest';
import { normaliseWebhook } from '../normalise.ts';
import { fingerprintsOf, normaliseAll, normaliseOne, observableTexts, receivedAt } from '../normalise-one.fixture.ts';

const event = {
  timestamp: '2025-03-25T16:49:58.856335-0600',
  flow_id: 1127398650588751,
  event_type: 'alert',
  src_ip: '192.0.2.10',
  src_port: 49678,
  dest_ip: '198.51.100.7',
  dest_port: 80,
  proto: 'TCP',
  alert: {
    action: 'allowed',
    gid: 1,
    signature_id: 2001219,
    rev: 19,
    signature: 'ET TROJAN Example beacon ',
    category: 'A Network Trojan was detected',
    severity: 1,
    metadata: { mitre_technique_id: ['T1071'], mitre_tactic_id: ['TA0011'], signature_severity: ['Critical'] },
  },
  http: { hostname: 'C2.Example', url: '/gate.php?id=1', http_method: 'GET' },
};

describe('suricata', () => {
  it('an alert keeps its signature to the letter, its id as text and its time in UTC', () => {
    expect(normaliseOne('suricata', event)).toMatchObject({
      title: 'ET TROJAN Example beacon ',
      ruleId: '2001219',
      ruleName: 'ET TROJAN Example beacon ',
      occurredAt: '2025-03-25T22:49:58.856Z',
      tactics: ['command-and-control'],
      techniques: ['T1071'],
      resolved: false,
    });
  });

  it('priorities 1 to 4 are high to informational, and the signature author knows better', () => {
    const { metadata: _, ...alert } = event.alert;
    const severities = [1, 2, 3, 4].map(
      (severity) => normaliseOne('suricata', { ...event, alert: { ...alert, severity } }).severity,
    );
    expect(severities).toEqual(['high', 'medium', 'low', 'informational']);
    expect(normaliseOne('suricata', event).severity).toBe('critical');
  });

  it('both ends, the host and the whole URL of a request are observables', () => {
    expect(observableTexts(normaliseOne('suricata', event))).toEqual([
      'source ip 192.0.2.10',
      'destination ip 198.51.100.7',
      'destination domain c2.example',
      'request url http://c2.example/gate.php?id=1',
    ]);
  });

  it('names of TLS, DNS, mail and hashes of files are observables', () => {
    const { http: _, ...plain } = event;
    const alert = normaliseOne('suricata', {
      ...plain,
      tls: { sni: 'login.example', fingerprint: 'aa:'.repeat(19).concat('aa') },
      dns: { query: [{ type: 'query', rrname: 'q.example' }] },
      fileinfo: { sha256: 'A'.repeat(64), md5: 'b'.repeat(32) },
      smtp: { mail_from: '<Eve@Mail.Example>', rcpt_to: ['<ann@corp.example>'] },
    });
    expect(observableTexts(alert).slice(2)).toEqual([
      'destination domain login.example',
      `certificate sha1 ${'a'.repeat(40)}`,
      'query domain q.example',
      `file sha256 ${'a'.repeat(64)}`,
      `file md5 ${'b'.repeat(32)}`,
      'sender email eve@mail.example',
      'recipient email ann@corp.example',
    ]);
  });

  it('an array and NDJSON give the same alerts in the same order', () => {
    const second = { ...event, alert: { ...event.alert, signature: 'Another' } };
    const fromArray = normaliseAll('suricata', [event, second]);
    expect(fromArray.map(({ title }) => title)).toEqual(['ET TROJAN Example beacon ', 'Another']);
    expect(normaliseAll('suricata', `${JSON.stringify(event)}\n${JSON.stringify(second)}\n`)).toEqual(fromArray);
  });

  it('flow records among the alerts are skipped, not refused', () => {
    const result = normaliseWebhook('suricata', [{ event_type: 'flow', src_ip: '192.0.2.1' }, event], { receivedAt });
    expect(result).toMatchObject({ ok: true, refused: [], skipped: 1 });
  });

  it('the fingerprint is the signature and the two ends, whatever the time, flow and ports', () => {
    const [fingerprint] = fingerprintsOf('suricata', event);
    const later = { ...event, timestamp: '2025-03-26T00:00:00.000000+0000', flow_id: 2, src_port: 1 };
    expect(fingerprintsOf('suricata', later)).toEqual([fingerprint]);
    expect(fingerprintsOf('suricata', { ...event, dest_ip: '198.51.100.8' })).not.toEqual([fingerprint]);
  });
});
