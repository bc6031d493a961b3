import { join } from 'node:path';
import { CreateAlert } from '@soc/contracts/alert/ingest';
import { GetAlert } from '@soc/contracts/alert/queries';
import { GetServicesHealth } from '@soc/contracts/gateway/services-health';
import { createFleetClient, logIn } from '@soc/fleet';
import { waitFor } from '@soc/fleet/testing';
import { repositoryRoot } from '../../scripts/repository-root.ts';
import { type Report, seconds } from './report.ts';
import { runCommand } from './run-command.ts';
import type { Container, Stack } from './stack.ts';

/** `up`, and how long each container took: from its start to its first good health check, and until it said that it listens. */
export async function bringUp(stack: Stack, report: Report): Promise<void> {
  const [before, since] = [performance.now(), new Date()];
  await stack.up();
  const containers = await stack.settle();
  report.figure('docker-compose up until all are well', seconds(performance.now() - before));
  const healthyAt = await stack.healthySince(since);
  for (const container of containers.toSorted((a, b) => a.startedAt.getTime() - b.startedAt.getTime())) {
    const at = healthyAt.get(container.name);
    const healthy = at && seconds(at.getTime() - container.startedAt.getTime());
    const listens = await listensAfter(stack, container);
    const parts = [
      healthy ? `healthy after ${healthy}` : container.status,
      ...(listens ? [`listens after ${listens}`] : []),
    ];
    report.figure(container.service, parts.join(', '));
    if (container.restarts > 0) throw new Error(`${container.name} was started ${container.restarts} times more`);
  }
  const health = await waitFor(
    async () => {
      const found = await createFleetClient(stack.gatewayUrl, '').call(GetServicesHealth);
      return found.status === 'ok' && found;
    },
    { deadlineMs: 60_000, everyMs: 500 },
  );
  report.figure('/services/health', `${health.status}, ${health.services.length} services`);
  const page = await fetch('http://127.0.0.1:3000/');
  if (!page.ok) throw new Error(`the page answered ${page.status}`);
}

async function listensAfter({ docker }: Stack, { id, startedAt }: Container): Promise<string | undefined> {
  const line = (await docker('logs', '--timestamps', id))
    .split('\n')
    .find((each) => each.includes('"msg":"listening"'));
  return line && seconds(Date.parse(line.split(' ')[0] ?? '') - startedAt.getTime());
}

export async function alertThroughPort({ gatewayUrl, admin }: Stack, report: Report): Promise<void> {
  const client = await logIn(gatewayUrl, admin);
  const before = performance.now();
  const { id } = await client.call(CreateAlert, {
    body: { title: 'Seen through the published port', severity: 'high', source: 'compose' },
  });
  report.figure('POST /api/v1/alerts', `201 in ${(performance.now() - before).toFixed(0)} ms`);
  await client.call(GetAlert, { params: { id } });
}

/** tests/fleet/walking-fleet.test.ts as it is, against this fleet in place of one of its own. */
export async function walkTheFleet(
  { gatewayUrl, admin }: Stack,
  { env, address, report }: { env: NodeJS.ProcessEnv; address: string; report: Report },
): Promise<void> {
  const vitest = join(repositoryRoot, 'node_modules/vitest/vitest.mjs');
  const output = await runCommand(
    process.execPath,
    [vitest, 'run', '--root', repositoryRoot, '--config', 'tests/compose/vitest.config.ts'],
    {
      env: { ...env, SOC_TEST_FLEET: JSON.stringify({ gatewayUrl, admin, address }), NO_COLOR: '1' },
      timeoutMs: 240_000,
    },
  );
  report.figure('tests/fleet/walking-fleet.test.ts', /Tests\s+(.*)/.exec(output)?.[1] ?? output);
}
