import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ListAlerts } from '@soc/contracts/alert/queries';
import { CreateApiKey } from '@soc/contracts/auth/api-keys';
import { logIn } from '@soc/fleet';
import { waitFor } from '@soc/fleet/testing';
import { z } from 'zod';
import { type Report, seconds } from './report.ts';
import type { Stack } from './stack.ts';

const PROMETHEUS = 'http://127.0.0.1:9090';
const Targets = z.object({
  data: z.object({
    activeTargets: z.array(
      z.object({ scrapePool: z.string(), health: z.string(), scrapeUrl: z.string(), lastError: z.string() }),
    ),
  }),
});
const Managers = z.object({ data: z.object({ activeAlertmanagers: z.array(z.unknown()) }) });
const Firing = z.array(z.object({ labels: z.record(z.string(), z.string()) }));

/** Jobs of prometheus/prometheus.yml, with how many targets each has at least. */
const JOBS = { soc: 9, backup: 1, node: 1, postgres: 1, redis: 1, elasticsearch: 1, prometheus: 1 } as const;

/** Prometheus has an answer from each target of each job, and knows Alertmanager. */
export async function everyTargetIsUp(report: Report): Promise<void> {
  let last: unknown;
  const targets = await waitFor(
    async () => {
      const { activeTargets } = Targets.parse(await get(`${PROMETHEUS}/api/v1/targets?state=active`)).data;
      last = activeTargets.filter(({ health }) => health !== 'up');
      const isComplete = Object.entries(JOBS).every(
        ([job, least]) => activeTargets.filter(({ scrapePool }) => scrapePool === job).length >= least,
      );
      return isComplete && activeTargets.every(({ health }) => health === 'up') && activeTargets;
    },
    { deadlineMs: 120_000, everyMs: 1_000 },
  ).catch((error: unknown) => {
    throw new Error(`not up: ${JSON.stringify(last)}`, { cause: error });
  });
  report.figure('targets of Prometheus', `${targets.length} up, of ${Object.keys(JOBS).length} jobs`);
  const { activeAlertmanagers } = Managers.parse(await get(`${PROMETHEUS}/api/v1/alertmanagers`)).data;
  if (activeAlertmanagers.length !== 1) throw new Error('Prometheus does not know Alertmanager');
}

/**
 * Alertmanager is given its key as docs/compose.md says, then a container is paused: the rule `ServiceDown` fires in Prometheus,
 * Alertmanager has it, and it becomes an alert of the SOC.
 */
export async function watchItself(stack: Stack, report: Report): Promise<void> {
  const client = await logIn(stack.gatewayUrl, stack.admin);
  const { key } = await client.call(CreateApiKey, { body: { name: 'Alertmanager', permissions: ['alerts:ingest'] } });
  // In place: the container has this very file mounted.
  await writeFile(join(stack.directory, 'mounted/alertmanager-api-key'), key);
  await stack.compose('restart', 'alertmanager');
  const find = async (service: string) => (await stack.containers()).find((each) => each.service === service);
  const [paused, manager] = [await find('backup-agent'), await find('alertmanager')];
  if (!paused || !manager) throw new Error('there is no backup-agent or no alertmanager');
  const since = performance.now();
  const by = { deadlineMs: 240_000, everyMs: 1_000 };
  await stack.docker('pause', paused.id);
  try {
    await waitFor(async () => {
      const alerts = Firing.parse(await get(`http://${manager.addresses[0]}:9093/api/v2/alerts`));
      return alerts.some(({ labels }) => labels['alertname'] === 'ServiceDown' && labels['service'] === 'backup');
    }, by);
    report.figure('ServiceDown at Alertmanager', seconds(performance.now() - since));
    const query = { source: ['prometheus-alertmanager'], q: 'ServiceDown' };
    const alert = await waitFor(async () => (await client.call(ListAlerts, { query })).items[0], by);
    report.figure('and an alert of the SOC', `${seconds(performance.now() - since)}, severity ${alert.severity}`);
  } finally {
    await stack.docker('unpause', paused.id);
  }
}

async function get(url: string): Promise<unknown> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.json();
}
