import { waitFor } from '@soc/fleet/testing';
import { z } from 'zod';
import { startAlertStream } from './alert-stream.ts';
import { primaryOf } from './down-and-up.ts';
import { type Report, seconds } from './report.ts';
import type { Container, Stack } from './stack.ts';

const DATABASES: readonly string[] = ['postgres-master', 'postgres-slave'];
/** Alerts that shall have been taken before the next is killed. */
const BETWEEN = 20;
const TAKEN = { deadlineMs: 120_000, everyMs: 100 };

/**
 * Kills each container in turn while alerts are posted, the primary of PostgreSQL and Redis among them. One that another can stand in
 * for stays away until alerts are taken again; the others are started again at once, which `docker kill` leaves to the operator.
 */
export async function killEach(stack: Stack, report: Report): Promise<void> {
  const stream = await startAlertStream(stack);
  const takes = (count: number): Promise<unknown> => {
    const goal = stream.acknowledged.size + count;
    return waitFor(() => stream.acknowledged.size >= goal, TAKEN);
  };
  try {
    await takes(BETWEEN);
    for (const container of await inOrder(stack)) {
      const isDatabase = DATABASES.includes(container.service);
      if (isDatabase) await hasStandIn(stack);
      const before = stream.refusals();
      stream.longestSilence();
      await stack.docker('kill', container.id);
      // An alert service of three, or the primary of a pair: the others go on without it.
      if (isDatabase || container.service === 'alert-service') await takes(BETWEEN);
      await stack.docker('start', container.id);
      await takes(BETWEEN);
      const silence = seconds(stream.longestSilence());
      report.figure(`killed ${container.name}`, `no yes for ${silence}, ${stream.refusals() - before} sent again`);
    }
    await stack.settle();
  } catch (error) {
    // What Patroni says of a failover that did not come.
    for (const server of ['postgres-master', 'postgres-slave', 'etcd']) {
      report.figure(server, await stack.lastWords(server).catch(String));
    }
    throw error;
  } finally {
    await stream.stop();
  }
  const stored = new Set((await stack.query(await primaryOf(stack), 'select id from alert.alerts')).split('\n'));
  const lost = [...stream.acknowledged].filter((id) => !stored.has(id));
  report.figure('alerts acknowledged, and lost', `${stream.acknowledged.size}, ${lost.length}`);
  if (lost.length > 0) throw new Error(`acknowledged and lost: ${lost.join(', ')}`);
}

/** Prints what Patroni knows of its cluster: who may be promoted is written down some seconds after PostgreSQL has it in step. */
const CLUSTER = `from urllib.request import urlopen; print(urlopen('http://127.0.0.1:8008/cluster').read().decode())`;
const Cluster = z.object({ members: z.array(z.object({ role: z.string(), state: z.string() })) });

/** Nobody is promoted but a server that has every acknowledged commit. */
async function hasStandIn(stack: Stack): Promise<void> {
  await waitFor(async () => {
    const text = await stack.execute(await primaryOf(stack), 'python3', '-c', CLUSTER);
    const { members } = Cluster.parse(JSON.parse(text));
    return members.some(({ role, state }) => role === 'sync_standby' && state === 'streaming');
  }, TAKEN);
}

/** One of each service: what is asked of etcd comes first, then the primary of PostgreSQL and who took over, then the others. */
async function inOrder(stack: Stack): Promise<readonly Container[]> {
  const running = (await stack.containers()).filter(({ status }) => status === 'running');
  const seen = new Set<string>();
  return running
    .toSorted((a, b) => rank(a) - rank(b) || a.service.localeCompare(b.service))
    .filter(({ service }) => !seen.has(service) && seen.add(service));
}

const rank = ({ service }: Container): number => (service === 'etcd' ? 0 : DATABASES.includes(service) ? 1 : 2);
