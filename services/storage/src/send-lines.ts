import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { InfluxdbClient } from './adapters/influxdb-client.ts';
import type { SpooledLines } from './metric-spool-repository.ts';
import { MetricStoreUnavailableError } from './ports/metric-store.ts';

const [compress, decompress] = [promisify(gzip), promisify(gunzip)];

/** A line the server takes in no company, and what it says of it. */
export interface RefusedLine {
  readonly line: string;
  readonly reason: string;
}

/**
 * Sends the lines of one row. When some are refused, the server may have taken the others or none, and does not say which: halves
 * are sent again, and halves of these, until the refused lines stand alone. Sending a line twice is harmless. Throws
 * `MetricStoreUnavailableError` when the server is to be asked again later, and when the fault is not of the lines; and
 * what `signal` says.
 */
export async function sendLines(
  client: Pick<InfluxdbClient, 'write'>,
  row: SpooledLines,
  signal: AbortSignal,
): Promise<readonly RefusedLine[]> {
  const outcome = await client.write(row.lines);
  if (outcome.ok) return [];
  const lines = (await decompress(row.lines)).toString().split('\n').filter(Boolean);
  const refused = await sendHalves({ client, signal }, lines, outcome);
  if (refused.length === lines.length) throwIfNotOfLines(refused);
  return refused;
}

const measurementOf = (line: string): string => /^(?:\\.|[^, \\])*/.exec(line)?.[0] ?? '';

/**
 * Nothing was taken, of several measurements and for one reason: a limit of the server, not a fault of each line. That all are older
 * than what the server keeps is one of the lines all the same.
 */
function throwIfNotOfLines(refused: readonly RefusedLine[]): void {
  const [{ reason } = { reason: '' }] = refused;
  if (/retention/i.test(reason) || refused.some((one) => one.reason !== reason)) return;
  if (new Set(refused.map(({ line }) => measurementOf(line))).size < 2) return;
  throw new MetricStoreUnavailableError(`InfluxDB takes no line: ${reason}`);
}

interface Sending {
  readonly client: Pick<InfluxdbClient, 'write'>;
  readonly signal: AbortSignal;
}

async function sendHalves(
  sending: Sending,
  lines: readonly string[],
  { reason, isOfLines }: { readonly reason: string; readonly isOfLines: boolean },
): Promise<readonly RefusedLine[]> {
  const [line = ''] = lines;
  if (lines.length <= 1) {
    if (!isOfLines) throw new MetricStoreUnavailableError(`InfluxDB does not answer itself: ${reason}`);
    return [{ line, reason }];
  }
  const middle = Math.ceil(lines.length / 2);
  const refused: RefusedLine[] = [];
  for (const half of [lines.slice(0, middle), lines.slice(middle)]) {
    sending.signal.throwIfAborted();
    const outcome = await sending.client.write(await compress(half.join('\n'), { level: 1 }));
    if (!outcome.ok) refused.push(...(await sendHalves(sending, half, outcome)));
  }
  return refused;
}
