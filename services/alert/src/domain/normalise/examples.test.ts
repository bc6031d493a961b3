import { readdirSync, readFileSync } from 'node:fs';
import { severityRank } from '@soc/contracts';
import { WebhookSource } from '@soc/contracts/alert/webhook-source';
import { describe, expect, it } from 'vitest';
import { normaliseAll } from './normalise-one.fixture.ts';
import type { NormalisedAlert } from './normalised-alert.ts';

const examples = new URL('../../../../../examples/', import.meta.url);
const names = readdirSync(new URL('alerts/', examples)).toSorted();

function read(name: string): NormalisedAlert {
  const text = readFileSync(new URL(`alerts/${name}`, examples), 'utf8');
  const [alert, ...others] = normaliseAll(WebhookSource.parse(name.slice(3, -'.json'.length)), JSON.parse(text));
  if (alert === undefined || others.length > 0) throw new Error(`${name} should hold one alert`);
  return alert;
}

const alerts = names.map(read);
/** The alerts of the intrusion; the rest is the noise of the same morning. */
const story = alerts.slice(0, 12);
const noise = alerts.slice(12);

const entitiesOf = ({ observables }: NormalisedAlert): readonly string[] =>
  observables.filter(({ type }) => type !== 'process').map(({ type, value }) => `${type} ${value}`);

/** The alerts that can be reached from `first` by entities they have in common. */
function connectedTo(first: NormalisedAlert, all: readonly NormalisedAlert[]): ReadonlySet<NormalisedAlert> {
  const known = new Set(entitiesOf(first));
  const reached = new Set([first]);
  for (let before = 0; before !== reached.size;) {
    before = reached.size;
    for (const alert of all) {
      if (!entitiesOf(alert).some((entity) => known.has(entity))) continue;
      reached.add(alert);
      for (const entity of entitiesOf(alert)) known.add(entity);
    }
  }
  return reached;
}

describe('the example alerts', () => {
  it('are numbered and come from every source', () => {
    expect(names.map((name) => Number(name.slice(0, 2)))).toEqual(names.map((_, nth) => nth + 1));
    expect(new Set(alerts.map(({ source }) => source))).toEqual(new Set(WebhookSource.options));
  });

  it('tell their story in order, by what its alerts have in common', () => {
    const times = story.map(({ occurredAt }) => occurredAt);
    expect(times).toEqual(times.toSorted());
    const [first] = story;
    if (!first) throw new Error('no story');
    expect([...connectedTo(first, alerts)]).toEqual(story);
  });

  it('happen within an hour and a half, from initial access to exfiltration, and one is critical', () => {
    const tactics = story.flatMap((alert) => alert.tactics);
    expect(tactics.at(0)).toBe('initial-access');
    expect(tactics).toEqual(
      expect.arrayContaining([
        'execution',
        'command-and-control',
        'credential-access',
        'lateral-movement',
        'exfiltration',
      ]),
    );
    const [from = '', to = ''] = [story[0]?.occurredAt, story.at(-1)?.occurredAt];
    expect(Date.parse(to) - Date.parse(from)).toBeLessThan(90 * 60_000);
    expect(Math.max(...story.map(({ severity }) => severityRank(severity)))).toBe(severityRank('critical'));
  });

  it('have noise in which no two alerts have anything in common', () => {
    for (const alert of noise) expect([...connectedTo(alert, noise)]).toEqual([alert]);
  });

  it('hold what the indicators are about', () => {
    const bundle = readFileSync(new URL('indicators.stix.json', examples), 'utf8');
    const values = [...bundle.matchAll(/= '([^']+)'\]/g)].map(([, value]) => value);
    const seen = new Set(story.flatMap(({ observables }) => observables.map(({ value }) => value)));
    expect(values).toHaveLength(6);
    expect(values.filter((value) => value === undefined || !seen.has(value))).toEqual([]);
  });
});
