import { readdirSync, readFileSync } from 'node:fs';
import { sharedData } from '@soc/fleet/testing';
import { describe, expect, it } from 'vitest';
import { type JsonObject, textAt } from './domain/normalise/json-path.ts';
import type { NormalisedAlert } from './domain/normalise/normalised-alert.ts';
import { namesNobody } from './domain/observables/canonical.ts';
import { readSource, receivedAt } from './read-source.fixture.ts';

const network = sharedData('05-network');

/** Whether the alert names the address in the role; addresses of nobody, such as a broadcast, are named by none. */
function names({ observables }: NormalisedAlert, address: string, role: string): boolean {
  if (!/^[1-9][\d.]+$/.test(address) || namesNobody({ type: 'ip', value: address })) return true;
  return observables.some((o) => o.type === 'ip' && o.value === address && o.role === role);
}

const ofPriority: Readonly<Record<string, string>> = { 1: 'high', 2: 'medium', 3: 'low', 4: 'informational' };

/** What of an EVE event the alert does not say. */
function wrongOfEvent(event: JsonObject, alert: NormalisedAlert): readonly string[] {
  const severity =
    textAt(event, 'alert.metadata.signature_severity')?.toLowerCase() ??
    ofPriority[textAt(event, 'alert.severity') ?? ''];
  const known: Readonly<Record<string, string>> = { minor: 'low', major: 'high', critical: 'critical' };
  const checks = {
    title: alert.title === textAt(event, 'alert.signature'),
    ruleId: alert.ruleId === textAt(event, 'alert.signature_id'),
    severity: alert.severity === (known[severity ?? ''] ?? severity),
    source: names(alert, textAt(event, 'src_ip') ?? '', 'source'),
    destination: names(alert, textAt(event, 'dest_ip') ?? '', 'destination'),
    action: alert.tags.includes(textAt(event, 'alert.action') ?? ''),
  };
  return Object.entries(checks).flatMap(([field, isRight]) => (isRight ? [] : [`${field}: ${JSON.stringify(event)}`]));
}

/** What of a record of a Zeek log the alert does not say. */
function wrongOfRecord(cells: ReadonlyMap<string, string>, alert: NormalisedAlert): readonly string[] {
  const cell = (name: string): string => cells.get(name) ?? '-';
  const ts = cell('ts');
  const subject = ['note', 'seen.indicator', 'name'].map(cell).find((text) => text !== '-') ?? '';
  const checks = {
    time: ts.startsWith('X')
      ? alert.tags[0] === 'unreadable-time' && alert.occurredAt === receivedAt.toISOString()
      : Math.abs(Date.parse(alert.occurredAt) - Number(ts) * 1_000) < 1,
    title: alert.title.endsWith(subject),
    ruleId: alert.ruleId === subject,
    source: names(alert, cell('id.orig_h'), 'source'),
    destination: names(alert, cell('id.resp_h'), 'destination'),
  };
  return Object.entries(checks).flatMap(([field, isRight]) => (isRight ? [] : [`${field}: ${JSON.stringify(alert)}`]));
}

describe.skipIf(network === undefined)('network records (SOC_SHARED_DATA, 05-network)', () => {
  it.each(['honeypot-2018', 'wrccdc-2017'])(
    'Suricata %s: every event is an alert that says what it says',
    (capture) => {
      const body = readFileSync(`${network}/suricata/${capture}/eve-alerts.ndjson`, 'utf8');
      const lines = body.split('\n').filter(Boolean);
      const { alerts, rejected, skipped } = readSource('suricata', body);
      expect([rejected, skipped, alerts.map(({ text }) => text)]).toEqual([[], 0, lines]);
      const wrong = alerts.flatMap(({ alert }, nth) => wrongOfEvent(JSON.parse(lines[nth] ?? '') as JsonObject, alert)); // EVE
      expect(wrong).toEqual([]);
    },
  );

  it('Zeek: every record of every log is an alert that says what it says, or skipped for its log', () => {
    const logs = readdirSync(network ?? '', { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.log'),
    );
    const wrong: string[] = [];
    const alerting = new Map<string, number>();
    let records = 0;
    for (const name of logs) {
      const body = readFileSync(`${network}/${name}`, 'utf8');
      const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
      const { alerts, rejected, skipped } = readSource('zeek', body);
      expect([rejected, alerts.length + skipped]).toEqual([[], lines.length]);
      records += lines.length;
      const columns = (/#fields\t(.*)/.exec(body)?.[1] ?? '').split('\t');
      const path = /#path\t(\S+)/.exec(body)?.[1] ?? '';
      for (const { alert, text: kept } of alerts) {
        const text = kept.slice(kept.lastIndexOf('\n') + 1);
        expect([lines.includes(text), readSource('zeek', kept).alerts[0]?.alert]).toEqual([true, alert]);
        alerting.set(path, (alerting.get(path) ?? 0) + 1);
        const cells = text.split('\t').map((cell, nth) => [columns[nth] ?? '', cell] as const);
        wrong.push(...wrongOfRecord(new Map(cells), alert));
      }
    }
    expect(wrong).toEqual([]);
    expect([records, [...alerting.keys()].toSorted()]).toEqual([630, ['intel', 'notice', 'weird']]);
  });
});
