import { DownloadObject } from '@soc/contracts/storage/objects';
import { logIn } from '@soc/fleet';
import { storeEvidence } from './evidence.ts';
import { type Report, seconds } from './report.ts';
import type { Stack } from './stack.ts';

/** Every table of every service, with its rows. */
const ROWS = `select schemaname || '.' || relname || ' ' ||
    (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %I.%I', schemaname, relname), false, true, '')))[1]::text
  from pg_stat_user_tables order by 1`;

const EVIDENCE = 'seen before everything went down';

/** Containers and networks go, volumes stay: rows of every table, evidence and accounts are there again. */
export async function keepThroughDownAndUp(stack: Stack, report: Report): Promise<void> {
  const client = await logIn(stack.gatewayUrl, stack.admin);
  const id = await storeEvidence(stack, client.accessToken, EVIDENCE);
  await stack.compose('stop', 'api-gateway');
  const rows = async () => {
    const lines = (await stack.query(await primaryOf(stack), ROWS)).trim().split('\n');
    return new Map(lines.map((line) => line.split(' ')).map(([table = '', count]) => [table, Number(count)]));
  };
  const before = await rows();
  let since = performance.now();
  await stack.down();
  report.figure('docker-compose down', seconds(performance.now() - since));
  since = performance.now();
  await stack.up();
  await stack.settle();
  report.figure('docker-compose up until all are well', seconds(performance.now() - since));
  const after = await rows();
  // What waits to be done may be done meanwhile; facts do not become fewer.
  const facts = [...before].filter(
    ([table]) => !/outbox|inbox|session|lease|pending|queue|buffer|idempotency/.test(table),
  );
  const fewer = facts.filter(([table, count]) => (after.get(table) ?? 0) < count);
  const sum = facts.reduce((total, [, count]) => total + count, 0);
  report.figure('rows that were there before', `${sum} in ${facts.length} tables`);
  if (!(sum > 0) || !before.get('alert.alerts')) throw new Error('there is nothing that could be fewer');
  if (fewer.length > 0) {
    throw new Error(
      `fewer rows: ${fewer.map(([table, count]) => `${table} ${count} to ${after.get(table)}`).join(', ')}`,
    );
  }
  const again = await logIn(stack.gatewayUrl, stack.admin);
  const content = await again.call(DownloadObject, { params: { id } });
  if (content !== EVIDENCE) throw new Error('the evidence is another');
}

/** Which of the servers takes writes. */
export async function primaryOf(stack: Stack): Promise<'postgres-master' | 'postgres-slave'> {
  const isReplica = await stack.query('postgres-master', 'select pg_is_in_recovery()');
  return isReplica.trim() === 't' ? 'postgres-slave' : 'postgres-master';
}
