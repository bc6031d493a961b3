import { CreateAlert } from '@soc/contracts/alert/ingest';
import { GetServicesHealth } from '@soc/contracts/gateway/services-health';
import { logIn } from '@soc/fleet';
import { waitFor } from '@soc/fleet/testing';
import type { Report } from './report.ts';
import type { Container, Stack } from './stack.ts';

const REPLICAS = 3;
const REQUESTS = 300;
const AT_ONCE = 6;
/** Of an even share. */
const LEAST = 0.5;

/** Scales the alert service with no edit, and counts at each replica what it was asked. */
export async function scaleAlertService(stack: Stack, report: Report): Promise<void> {
  await stack.up('--no-recreate', '--scale', `alert-service=${REPLICAS}`);
  const replicas = (await stack.settle()).filter(({ service }) => service === 'alert-service');
  const client = await logIn(stack.gatewayUrl, stack.admin);
  await waitFor(
    async () => {
      const { services } = await client.call(GetServicesHealth);
      const instances = services.find(({ service }) => service === 'alert')?.instances ?? [];
      // One that is new gets less at first.
      return instances.filter(({ healthy, share }) => healthy && share === 1).length === REPLICAS;
    },
    { deadlineMs: 90_000, everyMs: 500 },
  );
  const before = await Promise.all(replicas.map(alertsAsked));
  let sent = 0;
  const send = async (): Promise<void> => {
    while (sent < REQUESTS) {
      const name = `balanced ${sent++}`;
      await client.call(CreateAlert, { body: { title: name, severity: 'low', source: 'compose', fingerprint: name } });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, send));
  const after = await Promise.all(replicas.map(alertsAsked));
  const counts = after.map((count, index) => count - (before[index] ?? 0));
  report.figure(`${REQUESTS} alerts over ${replicas.length} replicas`, counts.join(' + '));
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (replicas.length !== REPLICAS || total < REQUESTS) {
    throw new Error(`${total} requests at ${replicas.length} replicas`);
  }
  if (Math.min(...counts) < (REQUESTS / REPLICAS) * LEAST) throw new Error('not balanced');
}

/** How many alerts a replica was asked to take, by its own metrics. */
async function alertsAsked({ addresses: [address = ''] }: Container): Promise<number> {
  const answer = await fetch(`http://${address}:8002/metrics`, { signal: AbortSignal.timeout(5_000) });
  const counts = [...(await answer.text()).matchAll(/^soc_alerts_received_total(?:\{.*\})? (\d+)/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}
