import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IngestEvents } from '@soc/contracts/alert/events-ingest';
import { BulkAlerts } from '@soc/contracts/alert/ingest';
import { ListAlerts } from '@soc/contracts/alert/queries';
import { GiveVerdict } from '@soc/contracts/alert/triage';
import { GetOverview } from '@soc/contracts/analytics/queries';
import { waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { joinFleet, type JoinedFleet } from './join-fleet.ts';
import { countSeries, type Expression, expressionsOfDashboards, expressionsOfRules, withoutLimits } from './promql.ts';
import { hasNothingToTell, isMadeElsewhere } from './nothing-to-tell.ts';

let started: JoinedFleet;
let monitoring: NonNullable<JoinedFleet['fleet']['monitoring']>;
const MARK = `Watched${Date.now()}`;

beforeAll(async () => {
  started = await joinFleet();
  if (!started.fleet.monitoring) return;
  ({ monitoring } = started.fleet);
  // Early: Alertmanager waits for others of the same kind before it tells.
  const labels = { alertname: MARK, severity: 'warning', service: 'whole-fleet' };
  const told = await fetch(`${monitoring.alertmanagerUrl}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ labels, annotations: { summary: 'a test tells the SOC of itself' } }]),
  });
  if (!told.ok) throw new Error(`Alertmanager answered ${told.status}`);
});
afterAll(() => started?.leave());
beforeEach(({ skip }) => skip(!started.fleet.monitoring, 'what watches a fleet cannot be had here'));

/** A little of everything that the fleet does all day. */
async function work(round: number): Promise<void> {
  const { client } = started;
  const alerts = Array.from({ length: 10 }, (_, index) => ({
    title: `Watched alert ${round} ${index % 5}`,
    severity: index % 2 === 0 ? 'high' : 'low',
    source: 'watched',
    techniques: ['T1071'],
    observables: [{ type: 'host', value: `watched-${round}` }],
  }));
  const { created } = await client.call(BulkAlerts, { body: JSON.stringify(alerts) });
  expect(created).toBe(5);
  await client.call(IngestEvents, { query: { source: 'watched' }, body: `{"EventID": 1, "round": ${round}}\n` });
  await client.call(GetOverview, {}); // what the gateway may keep
  const { items } = await client.call(ListAlerts, { query: { observable: `watched-${round}` } });
  const [alert] = items;
  if (alert) {
    await client.call(GiveVerdict, { params: { id: alert.id }, body: { verdict: 'false_positive', note: 'a test' } });
  }
}

test(
  'every expression of every dashboard and rule returns data on a fleet that works, or is known to have nothing to tell',
  { timeout: 300_000 },
  async () => {
    const all = [...expressionsOfDashboards(), ...(await expressionsOfRules(monitoring.prometheusUrl))];
    expect(all.length).toBeGreaterThan(100);
    const counts = new Map<Expression, number>();
    const open = () => all.filter((one) => !counts.has(one) && hasNothingToTell(one.promql) === undefined);
    let round = 0;
    const look = async () => {
      await work((round += 1));
      for (const one of all.filter((each) => !counts.has(each))) {
        const series = await countSeries(monitoring.prometheusUrl, one.promql);
        if (series > 0) counts.set(one, series);
      }
      if (open().length > 0) {
        throw new Error(
          open()
            .map(({ of, promql }) => `${of}: ${promql}`)
            .join('\n'),
        );
      }
      return true;
    };
    await waitFor(look, { deadlineMs: 240_000, everyMs: 1_000 });
    for (const one of all) {
      const told = counts.get(one) ?? `nothing: ${hasNothingToTell(one.promql)}`;
      process.stdout.write(`${String(told).padStart(4)}  ${one.of}\n`);
    }
    process.stdout.write(`${counts.size} of ${all.length} expressions returned data\n`);
  },
);

test('what is known to have nothing to tell is counted by a service all the same', async () => {
  const pages = await Promise.all(started.fleet.serviceUrls.map(async (url) => (await fetch(`${url}/metrics`)).text()));
  const declared = pages.join('\n');
  const all = [...expressionsOfDashboards(), ...(await expressionsOfRules(monitoring.prometheusUrl))];
  const silent = all.filter(({ promql }) => hasNothingToTell(promql) !== undefined);
  expect(silent.length).toBeGreaterThan(0);
  const names = silent.flatMap(({ promql }) => [...promql.matchAll(/\bsoc_\w+/g)].map(([name]) => name));
  const ofServices = names.filter((name) => !isMadeElsewhere(name));
  expect(ofServices.filter((name) => !declared.includes(`# HELP ${name.replace(/_bucket$/, '')} `))).toEqual([]);
});

test('limits are taken off alerts, matchers are not', () => {
  expect(withoutLimits('up{job!="soc"} == 0')).toBe('up{job!="soc"}');
  expect(withoutLimits('a > 14.4 * 0.001 and b > 14.4 * 0.001')).toBe('a and b');
  expect(withoutLimits('a:increase1d > 240 unless a:increase1h > 0')).toBe('a:increase1d');
  expect(withoutLimits('min by (node) (x) - time() < 14 * 86400')).toBe('min by (node) (x) - time()');
});

test('an alert of Prometheus becomes an alert of the SOC', { timeout: 120_000 }, async () => {
  const { items } = await waitFor(
    async () => {
      const found = await started.client.call(ListAlerts, { query: { q: MARK } });
      return found.items.length > 0 && found;
    },
    { deadlineMs: 100_000, everyMs: 500 },
  );
  expect(items).toMatchObject([{ title: MARK, source: 'prometheus-alertmanager', severity: 'medium' }]);
});

/** The process of Prometheus itself, not the shell that stands guard over it. */
async function pidOfPrometheus(): Promise<number | undefined> {
  const config = `--config.file=${join(started.fleet.dataDirectory, 'monitoring/prometheus.yml')}`;
  for (const entry of await readdir('/proc')) {
    const args = (await readFile(join('/proc', entry, 'cmdline'), 'utf8').catch(() => '')).split('\0');
    if (args[0]?.endsWith('/prometheus') && args.includes(config)) return Number(entry);
  }
  return undefined;
}

test('a Prometheus that is killed is started again, with what it knew', { timeout: 120_000 }, async () => {
  const before = await waitFor(pidOfPrometheus);
  process.kill(before, 'SIGKILL');
  const after = await waitFor(
    async () => {
      const pid = await pidOfPrometheus();
      return pid !== before && pid;
    },
    { deadlineMs: 60_000 },
  );
  expect(after).not.toBe(before);
  const up = await waitFor(async () => (await countSeries(monitoring.prometheusUrl, 'up{job="soc"} offset 5s')) === 9, {
    deadlineMs: 60_000,
    everyMs: 250,
  });
  expect(up).toBe(true);
});
