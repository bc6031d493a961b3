import type { Alert } from '@soc/contracts';
import { describe, expect, test } from 'vitest';
import { anAlert, host, ip, user } from '../alert.fixture.ts';
import { correlate, type CorrelationOutcome } from './correlate.ts';
import { toCorrelated } from './correlated-alert.ts';
import type { KnownIncident, Story } from './story.ts';

const HOUR_S = 3_600;
const settings = { windowMs: HOUR_S * 1_000, maxSpanMs: 24 * HOUR_S * 1_000, hubAssets: 20 };
const at = '2026-01-02T00:00:00.000Z';

function run(
  alerts: readonly Alert[],
  {
    loose = [],
    incidents = [],
  }: { readonly loose?: readonly Alert[]; readonly incidents?: readonly KnownIncident[] } = {},
): CorrelationOutcome {
  let opened = 0;
  const newId = () => `10000000-0000-7000-8000-${String((opened += 1)).padStart(12, '0')}`;
  return correlate({
    alerts: alerts.map((alert) => toCorrelated(alert)),
    loose: loose.map((alert) => toCorrelated(alert)),
    incidents,
    settings,
    newId,
    at,
  });
}

/** What a run has opened, as the next one finds it. */
const asKnown = (
  { incident, assetCount, carriers }: Story,
  more: Partial<KnownIncident['incident']> = {},
): KnownIncident => ({
  incident: { ...incident, ...more },
  assetCount,
  isTitleFixed: false,
  isSeverityFixed: false,
  isKeptApart: false,
  carriers,
});

const memberIds = ({ members }: Story): readonly string[] => members.map(({ alertId }) => alertId).toSorted();
const ids = (...alerts: readonly Alert[]): readonly string[] => alerts.map(({ id }) => id);

function openedBy(...alerts: readonly Alert[]): Story {
  const [story] = run(alerts).stories;
  if (!story) throw new Error('no incident was opened');
  return story;
}

describe('opening', () => {
  test('two different alerts that share a host within the window open an incident, with reasons', () => {
    const [first, second] = [anAlert(1, { observables: [host('ws5')] }), anAlert(2, { observables: [host('ws5')] })];
    const story = openedBy(second, first);
    expect(memberIds(story)).toEqual(ids(first, second));
    expect(story.incident).toMatchObject({
      title: 'Alert 1 on ws5',
      alertCount: 2,
      firstSeenAt: first.occurredAt,
      lastSeenAt: second.occurredAt,
      version: 1,
    });
    expect(story.members.flatMap(({ reasons }) => reasons)).toEqual([
      expect.objectContaining({ alertId: first.id, relatedAlertId: null, entityType: 'host', entityValue: 'ws5' }),
      expect.objectContaining({ alertId: second.id, relatedAlertId: first.id, entityType: 'host' }),
    ]);
  });

  test('one that is loose already opens an incident with one that arrives', () => {
    const [loose, arriving] = [anAlert(1, { observables: [host('ws5')] }), anAlert(2, { observables: [host('ws5')] })];
    const [story] = run([arriving], { loose: [loose] }).stories;
    expect(story && memberIds(story)).toEqual(ids(loose, arriving));
  });

  test.each([
    ['the same fingerprint', { fingerprint: 'fingerprint-1' }],
    ['an informational one', { severity: 'informational' as const }],
    ['more than the window between them', { second: 2 + HOUR_S }],
    ['another host', { observables: [host('ws6')] }],
    ['a closed one', { status: 'closed' as const }],
  ])('%s opens nothing', (_, given) => {
    const alerts = [anAlert(1, { observables: [host('ws5')] }), anAlert(2, { observables: [host('ws5')], ...given })];
    expect(run(alerts).stories).toEqual([]);
  });

  test.each([
    ['the account SYSTEM', user('NT AUTHORITY\\SYSTEM')],
    ["a machine's own account", user('WS5$')],
    ['a loopback address', ip('127.0.0.1')],
    ['the name of a process', { type: 'process' as const, value: 'powershell.exe' }],
    ['a host without a name', host('-')],
  ])('%s is no reason', (_, observable) => {
    expect(run([1, 2].map((number) => anAlert(number, { observables: [observable] }))).stories).toEqual([]);
  });

  test('informational alerts join what others open, whatever the order', () => {
    const alerts = [
      anAlert(1, { observables: [host('ws5')], severity: 'informational' }),
      anAlert(2, { observables: [host('ws5')] }),
      anAlert(3, { observables: [host('ws5')] }),
      anAlert(4, { observables: [host('ws5')], severity: 'informational' }),
    ];
    const { stories } = run(alerts);
    expect(stories.map(memberIds)).toEqual([ids(...alerts)]);
    expect(stories[0]?.incident.severity).toBe('medium');
  });

  test('the title and severity are those of the most severe, then earliest member', () => {
    const shared = { observables: [host('ws5')] };
    const { incident } = openedBy(
      anAlert(1, { ...shared, severity: 'low' }),
      anAlert(2, { ...shared, severity: 'critical', title: 'Credentials dumped' }),
      anAlert(3, { ...shared, severity: 'critical', title: 'Later' }),
    );
    expect(incident).toMatchObject({ title: 'Credentials dumped on ws5', severity: 'critical' });
  });

  test('a link through a third alert is a link', () => {
    const alerts = [
      anAlert(1, { observables: [host('ws5')] }),
      anAlert(2, { observables: [user('jdoe')] }),
      anAlert(3, { observables: [host('ws5'), user('jdoe')] }),
    ];
    expect(run(alerts).stories.map(memberIds)).toEqual([ids(...alerts)]);
  });
});

describe('joining', () => {
  const members = [1, 2].map((number) => anAlert(number, { observables: [host('ws5')] }));
  const known = asKnown(openedBy(...members));

  test('an alert within the window of either edge joins', () => {
    const late = anAlert(3, { observables: [host('ws5')], second: 2 + HOUR_S });
    const early = anAlert(4, { observables: [host('ws5')], second: 1 - HOUR_S });
    const [story] = run([late, early], { incidents: [known] }).stories;
    expect(story && memberIds(story)).toEqual(ids(late, early));
    expect(story?.incident).toMatchObject({
      alertCount: 4,
      firstSeenAt: early.occurredAt,
      lastSeenAt: late.occurredAt,
      version: 2,
    });
  });

  test('a loose alert joins what others bring within the window of it', () => {
    const late = anAlert(3, { observables: [host('ws5')], second: 1.5 * HOUR_S });
    const between = anAlert(4, { observables: [host('ws5'), user('eve')], second: HOUR_S });
    const later = anAlert(5, { observables: [user('eve')], second: 2.25 * HOUR_S, severity: 'informational' });
    const [story] = run([between], { incidents: [known], loose: [later, late] }).stories;
    expect(story && memberIds(story)).toEqual(ids(late, between, later));
  });

  test.each([
    ['beyond the window', { second: 3 + HOUR_S }, {}],
    ['into a closed incident', {}, { status: 'closed' as const }],
    ['into a locked incident', {}, { locked: true }],
  ])('nothing joins %s', (_, given, incident) => {
    const alert = anAlert(3, { observables: [host('ws5')], ...given });
    expect(run([alert], { incidents: [{ ...known, incident: { ...known.incident, ...incident } }] }).stories).toEqual(
      [],
    );
  });

  test('an alert past the longest span locks the incident and begins another', () => {
    const long = {
      ...known,
      incident: { ...known.incident, lastSeenAt: anAlert(1, { second: 24 * HOUR_S }).occurredAt },
    };
    const next = [3, 4].map((number) =>
      anAlert(number, { observables: [host('ws5')], second: 24 * HOUR_S + number * 60 }),
    );
    const { stories } = run(next, { incidents: [long] });
    expect(stories.map(({ incident, members: joined }) => [incident.locked, joined.length])).toEqual([
      [true, 0],
      [false, 2],
    ]);
  });

  test('a title and a severity set by a person stay', () => {
    const fixed = { ...known, isTitleFixed: true, isSeverityFixed: true };
    const alert = anAlert(3, { observables: [host('ws5')], severity: 'critical' });
    const [story] = run([alert], { incidents: [fixed] }).stories;
    expect(story?.incident).toMatchObject({ title: known.incident.title, severity: 'medium', alertCount: 3 });
  });

  test('a later analysis of a member adds its techniques', () => {
    const member = anAlert(1, { incidentId: known.incident.id, techniques: ['T1003'] });
    const [story] = run([member], { incidents: [known] }).stories;
    expect(story?.incident).toMatchObject({ techniques: ['T1003'], alertCount: 2, version: 2 });
    expect(run([anAlert(1, { incidentId: known.incident.id })], { incidents: [known] }).stories).toEqual([]);
  });
});

describe('bridging', () => {
  const onHost = [1, 2].map((number) => anAlert(number, { observables: [host('ws5')] }));
  const byUser = [3, 4].map((number) => anAlert(number, { observables: [user('jdoe')] }));
  const older = asKnown(openedBy(...onHost));
  const younger = asKnown(openedBy(...byUser), { id: '20000000-0000-7000-8000-000000000000' });
  const bridge = anAlert(5, { observables: [host('ws5'), user('jdoe')] });

  test('an alert that fits two incidents nobody has touched merges the younger into the older', () => {
    const { stories, absorbed } = run([bridge], { incidents: [younger, older] });
    expect(stories.map(({ incident }) => [incident.id, incident.alertCount])).toEqual([[older.incident.id, 5]]);
    expect(absorbed).toEqual([
      {
        intoId: older.incident.id,
        incident: expect.objectContaining({
          id: younger.incident.id,
          status: 'closed',
          closedAt: at,
          mergedIntoId: older.incident.id,
          alertCount: 0,
        }),
      },
    ]);
  });

  test('the incident that somebody works on takes over the other', () => {
    const worked = { ...younger, incident: { ...younger.incident, assignee: 'ann' } };
    const { stories, absorbed } = run([bridge], { incidents: [older, worked] });
    expect(stories.map(({ incident }) => incident.id)).toEqual([younger.incident.id]);
    expect(absorbed.map(({ incident }) => incident.id)).toEqual([older.incident.id]);
  });

  test('two incidents that people work on stay two', () => {
    const [a, b] = [older, younger].map((one) => ({ ...one, incident: { ...one.incident, assignee: 'ann' } }));
    const { stories, absorbed } = run([bridge], { incidents: [a, b].filter((one) => one !== undefined) });
    expect(stories.map(({ incident }) => incident.id)).toEqual([older.incident.id]);
    expect(absorbed).toEqual([]);
  });
});

describe('hubs', () => {
  const proxy = ip('203.0.113.9');
  const around = (count: number): KnownIncident => {
    const alerts = Array.from({ length: count }, (_, index) =>
      anAlert(index + 1, { observables: [proxy, host(`ws${index + 1}`)], second: index }),
    );
    return asKnown(openedBy(...alerts));
  };

  test('an address that ties more than twenty assets together ties no more', () => {
    const alerts = [90, 91].map((number) =>
      anAlert(number, { observables: [proxy, host(`new${number}`)], second: 30 }),
    );
    expect(run(alerts, { incidents: [around(21)] }).stories).toEqual([]);
    expect(run(alerts, { incidents: [around(18)] }).stories.map(memberIds)).toEqual([ids(...alerts)]);
  });

  test('six hundred alerts of one host are one story', () => {
    const alerts = Array.from({ length: 600 }, (_, index) =>
      anAlert(index + 1, { observables: [host('ws5'), ip(`198.51.100.${index % 200}`)], second: index / 100 }),
    );
    const { stories } = run(alerts);
    expect(stories.map(({ incident }) => incident.alertCount)).toEqual([600]);
    expect(stories[0]?.incident.entities).toHaveLength(25);
  });
});

test('the order of arrival within a batch makes no difference', () => {
  const alerts = Array.from({ length: 40 }, (_, index) =>
    anAlert(index + 1, { observables: [host(`ws${index % 4}`), user(`user${index % 3}`)], second: index * 300 }),
  );
  const inOrder = run(alerts).stories.map(memberIds);
  for (let shift = 1; shift < 40; shift += 7) {
    const shuffled = [...alerts.slice(shift), ...alerts.slice(0, shift)];
    expect(run(shuffled).stories.map(memberIds)).toEqual(inOrder);
  }
});
