import { waitFor } from '@soc/fleet/testing';
import type { Report } from './report.ts';
import type { Stack } from './stack.ts';

const CONFIG = '--config=/run/secrets/pgbackrest.conf';
const SOC = 'PGPASSWORD="$(cat /run/secrets/postgres-superuser-password)" exec node /app/main.ts backup "$@"';

/** The full backup of the first start is there; one more is made of the primary of now, and every file of both is read again. */
export async function makeBackups(stack: Stack, report: Report): Promise<void> {
  const soc = (...args: readonly string[]) =>
    stack.execute('backup-agent', '/bin/bash', '-c', SOC, 'soc', ...args, CONFIG);
  await waitFor(async () => (await soc('list')).includes('full'), { deadlineMs: 120_000, everyMs: 2_000 });
  report.figure('soc backup now', (await soc('now')).trim());
  report.figure('soc backup verify', (await soc('verify')).trim().split('\n').at(-1) ?? '');
  const agent = (await stack.containers()).find(({ service }) => service === 'backup-agent');
  const metrics = await (await fetch(`http://${agent?.addresses[0]}:8089/metrics`)).text();
  const [, succeededAt] = /^soc_backup_last_success_time_seconds\{.*type="full".*\} ([\d.e+]+)/m.exec(metrics) ?? [];
  if (!(Number(succeededAt) > 0)) throw new Error(`no backup in the metrics:\n${metrics}`);
}
