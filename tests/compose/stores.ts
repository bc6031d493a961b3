import { UpdateAlert } from '@soc/contracts/alert/triage';
import { Search } from '@soc/contracts/storage/search';
import { CreateAlert } from '@soc/contracts/alert/ingest';
import { logIn } from '@soc/fleet';
import { waitFor } from '@soc/fleet/testing';
import { z } from 'zod';
import { storeEvidence } from './evidence.ts';
import type { Report } from './report.ts';
import type { Stack } from './stack.ts';

const Bucket = z.object({ usage: z.record(z.string(), z.object({ num_objects: z.number() })) });
const BY = { deadlineMs: 60_000, everyMs: 500 };

/** Evidence lies in the bucket, what is searched in the search server, and metric points in InfluxDB: each server is asked itself. */
export async function useStores(stack: Stack, report: Report): Promise<void> {
  const client = await logIn(stack.gatewayUrl, stack.admin);
  const objects = await countObjects(stack);
  await storeEvidence(stack, client.accessToken, 'seen in the bucket');
  await waitFor(async () => (await countObjects(stack)) > objects, BY);
  report.figure('objects in soc-evidence', String(await countObjects(stack)));

  const title = 'Seen in the search server';
  const { id } = await client.call(CreateAlert, { body: { title, severity: 'high', source: 'compose' } });
  const found = await waitFor(async () => {
    const { items } = await client.call(Search, { query: { q: `"${title}"` } });
    return items.find((hit) => hit.id === id);
  }, BY);
  const count = await stack.execute('elasticsearch', 'curl', '-fsS', 'http://localhost:9200/_cat/count?h=count');
  report.figure('documents in the search server', `${count.trim()}, one of them "${found.title}"`);
  if (!(Number(count) > 0)) throw new Error('the search server has none');

  // That it was acknowledged is measured by analytics, and kept by storage.
  await client.call(UpdateAlert, { params: { id }, body: { status: 'triaged' } });
  const series = await waitFor(async () => {
    const text = await stack.execute('influxdb', 'curl', '-fsS', ...SERIES, 'http://localhost:8086/query');
    return /"series":.*?"values":(\[\[.*?\]\])/.exec(text)?.[1];
  }, BY);
  report.figure('series in InfluxDB', series);
}

const SERIES = ['--data-urlencode', 'db=soc', '--data-urlencode', 'q=show series limit 1'];

async function countObjects(stack: Stack): Promise<number> {
  const text = await stack.execute('minio', 'radosgw-admin', 'bucket', 'stats', '--bucket', 'soc-evidence');
  return Object.values(Bucket.parse(JSON.parse(text)).usage).reduce((sum, { num_objects: number }) => sum + number, 0);
}
