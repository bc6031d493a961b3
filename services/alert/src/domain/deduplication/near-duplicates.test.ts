import { readdirSync, readFileSync } from 'node:fs';
import { sharedData } from '@soc/fleet/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anAlert, host, ip } from '../alert.fixture.ts';
import { fingerprintOf } from '../fingerprint.ts';
import type { NormalisedAlert } from '../normalise/normalised-alert.ts';
import { normaliseWebhook } from '../normalise/normalise.ts';
import { bucketOf, type Candidate, findNear, LEADERS_PER_BUCKET } from './near-duplicates.ts';
import { distanceOf, fromBigint, type Simhash, simhashOf, toBigint } from './simhash.ts';

const half = fc.integer({ min: 0, max: 0xff_ff_ff_ff });
const simhash = fc.record({ high: half, low: half });

test('a simhash survives the way to the database, and distances count bits', () => {
  const isKept = (one: Simhash): void => {
    expect(fromBigint(toBigint(one))).toEqual(one);
  };
  fc.assert(fc.property(simhash, isKept));
  const bits = ({ high, low }: Simhash) => (high.toString(2) + low.toString(2)).replaceAll('0', '').length;
  const isCounted = (one: Simhash): void => {
    expect(distanceOf(one, { high: 0, low: 0 })).toBe(bits(one));
  };
  fc.assert(fc.property(simhash, isCounted));
});

test('numbers in texts are alike, entities are not, and the order of words is none', () => {
  const alert = (title: string, address = '192.0.2.1') => simhashOf(anAlert(1, { title, observables: [ip(address)] }));
  expect(distanceOf(alert('Disk 91 % full'), alert('disk 97 % full'))).toBe(0);
  expect(distanceOf(alert('Disk full'), alert('Disk full', '192.0.2.2'))).toBeGreaterThan(0);
  expect(distanceOf(alert('Disk full'), alert('Full disk'))).toBe(0);
});

test('what is compared with is bounded: leaders of the batch take the place of the oldest', () => {
  const hash = (high: number, low: number): Simhash => ({ high, low });
  const far = (index: number) => hash(0xff_ff_00_00 + index, 0xff_ff_ff_ff);
  const stored = Array.from({ length: LEADERS_PER_BUCKET }, (_, index) => ({
    bucket: 'b',
    alertId: String(LEADERS_PER_BUCKET - index).padStart(4, '0'),
    simhash: index === LEADERS_PER_BUCKET - 1 ? hash(0, 0) : far(index),
    expiresAt: 'later',
  }));
  const candidate = (id: string, of: Simhash): Candidate => ({
    id,
    bucket: 'b',
    simhash: of,
    maxDistance: 0,
    expiresAt: 'later',
  });
  const likeOldest = candidate('1002', hash(0, 0));
  expect(findNear([likeOldest], stored).near.get('1002')?.alertId).toBe('0001');
  const { near, leaders } = findNear([candidate('1001', hash(0, 1)), likeOldest], stored);
  expect([near.size, leaders.map(({ alertId }) => alertId)]).toEqual([0, ['1001', '1002']]);
});

test('buckets keep rules, hosts and users apart', () => {
  const alert = (given: object) => bucketOf('default', anAlert(1, { ruleId: 'R', observables: [host('a')], ...given }));
  const all = [alert({}), alert({ ruleId: 'S' }), alert({ observables: [host('b')] }), alert({ source: 'x' })];
  expect(new Set(all).size).toBe(4);
  expect(alert({ observables: [host('A'), ip('192.0.2.1')] })).toBe(alert({}));
});

test('the nearest leader stands for a near-duplicate, which itself leads nobody', () => {
  const candidate = (id: string, low: number): Candidate => ({
    id,
    bucket: 'one',
    simhash: { high: 0, low },
    maxDistance: 2,
    expiresAt: 'then',
  });
  const { near, leaders } = findNear([candidate('a', 0), candidate('b', 0b11), candidate('c', 0b1111)], []);
  expect([...near]).toEqual([['b', { alertId: 'a', distance: 2, expiresAt: 'then' }]]);
  expect(leaders.map(({ alertId }) => alertId)).toEqual(['a', 'c']);
});

const data = sharedData('03-windows-events');

/** Windows events as alerts, each fingerprint once: what exact deduplication leaves. */
function realAlerts(folder: string): readonly NormalisedAlert[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ndjson') && !file.includes('expected'),
  );
  const documents = files.flatMap((file) =>
    readFileSync(`${folder}/${file}`, 'utf8')
      .split('\n')
      .flatMap((line): readonly unknown[] => (line.trim() === '' ? [] : [JSON.parse(line)])),
  );
  const result = normaliseWebhook('windows-event', documents, { receivedAt: new Date(0) });
  const alerts = result.ok ? result.alerts.map(({ alert }) => alert) : [];
  return [...new Map(alerts.map((alert) => [fingerprintOf('default', alert), alert])).values()];
}

const indicatorsOf = ({ observables }: NormalisedAlert): string =>
  observables
    .filter(({ type }) => type !== 'host' && type !== 'user' && type !== 'process')
    .map(({ type, value }) => `${type} ${value.toLowerCase()}`)
    .toSorted()
    .join('\n');

describe.skipIf(data === undefined)('over real events (SOC_SHARED_DATA, 03-windows-events)', () => {
  test('what is merged at the distance recommended names the same addresses and hashes, and further on it does not', () => {
    const alerts = realAlerts(data ?? '');
    const precisionAt = (maxDistance: number) => {
      const candidates = alerts.map((alert, index): Candidate => ({
        id: String(index),
        bucket: bucketOf('default', alert),
        simhash: simhashOf(alert),
        maxDistance,
        expiresAt: '',
      }));
      const { near } = findNear(candidates, []);
      const indicators = (id: string) => indicatorsOf(alerts[Number(id)] as NormalisedAlert);
      const right = [...near].filter(([id, { alertId }]) => indicators(id) === indicators(alertId)).length;
      return { merged: near.size, precision: right / near.size };
    };
    const [recommended, far] = [precisionAt(3), precisionAt(10)];
    expect(alerts.length).toBeGreaterThan(1_000);
    expect(recommended.merged).toBeGreaterThan(200);
    expect(recommended.precision).toBeGreaterThan(0.95);
    // Why 16 is the most that can be asked for, and why none is the default.
    expect(far.precision).toBeLessThan(0.8);
  });
});
