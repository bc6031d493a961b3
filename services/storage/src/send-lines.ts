import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { InfluxdbClient } from './adapters/influxdb-client.ts';
import type { SpooledLines } from './metric-spool-repository.ts';

const [compress, decompress] = [promisify(gzip), promisify(gunzip)];

/** A line the server takes in no company, and what it says of it. */
export interface RefusedLine {
  readonly line: string;
  readonly reason: string;
}

/**
 * Sends spooled lines in one request. When some are refused, the server may have taken the others or none, and does not say
 * which: halves are sent again, and halves of these, until the refused lines stand alone. Sending a line twice is
 * harmless. Throws `MetricStoreUnavailableError` when the server is to be asked again later.
 */
export async function sendLines(
  client: Pick<InfluxdbClient, 'write'>,
  rows: readonly SpooledLines[],
): Promise<readonly RefusedLine[]> {
  const body = Buffer.concat(rows.map(({ lines }) => lines));
  const outcome = await client.write(body);
  if (outcome.ok) return [];
  const lines = (await decompress(body)).toString().split('\n').filter(Boolean);
  return sendHalves(client, lines, outcome.reason);
}

async function sendHalves(
  client: Pick<InfluxdbClient, 'write'>,
  lines: readonly string[],
  reason: string,
): Promise<readonly RefusedLine[]> {
  const [line = ''] = lines;
  if (lines.length <= 1) return [{ line, reason }];
  const middle = Math.ceil(lines.length / 2);
  const refused: RefusedLine[] = [];
  for (const half of [lines.slice(0, middle), lines.slice(middle)]) {
    const outcome = await client.write(await compress(half.join('\n'), { level: 1 }));
    if (!outcome.ok) refused.push(...(await sendHalves(client, half, outcome.reason)));
  }
  return refused;
}
