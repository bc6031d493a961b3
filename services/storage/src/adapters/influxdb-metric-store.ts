import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { MetricAggregate } from '@soc/contracts/storage/metrics';
import type { BusLog } from '@soc/messaging';
import { countingFlux, toFlux } from '../domain/influx/flux.ts';
import { type FluxRow, readFluxCsv } from '../domain/influx/flux-csv.ts';
import { decodeText, tagOf, toLine } from '../domain/influx/line-protocol.ts';
import { type MetricRow, toSeries } from '../domain/metric-rows.ts';
import type { MetricSpoolRepository } from '../metric-spool-repository.ts';
import { MAX_BUCKETS, type MetricStore, MetricStoreUnavailableError } from '../ports/metric-store.ts';
import { AnswerTooLongError, type InfluxdbClient } from './influxdb-client.ts';

const compress = promisify(gzip);

/**
 * Single points in InfluxDB; what they sum up to over five minutes and over an hour in `rollups`, which is PostgreSQL. A point is
 * committed to the spool with the event that brought it, and sent from there: the server may be away.
 */
export function createInfluxdbMetricStore(options: {
  readonly client: InfluxdbClient;
  readonly bucket: string;
  readonly spool: Pick<MetricSpoolRepository, 'drawArrivals' | 'add'>;
  readonly rollups: MetricStore;
  /** Called when there is something to send. */
  readonly onSpooled: () => void;
  readonly log: BusLog;
  readonly now: () => Date;
}): MetricStore {
  const { client, bucket, spool, rollups, onSpooled, log, now } = options;
  /** Rows as they are read; undefined when they are too many to be read. */
  const ask = async (flux: string, maxRows: number): Promise<readonly FluxRow[] | undefined> => {
    try {
      const rows = readFluxCsv(await client.query(flux))
        .take(maxRows + 1)
        .toArray();
      return rows.length > maxRows ? undefined : rows;
    } catch (error) {
      if (error instanceof AnswerTooLongError) return undefined;
      log.error({ err: error }, 'metrics not read from InfluxDB');
      if (error instanceof MetricStoreUnavailableError) throw error;
      throw new MetricStoreUnavailableError('InfluxDB broke off in its answer', { cause: error });
    }
  };
  return {
    resolutions: rollups.resolutions,
    write: async (points, tx) => {
      if (points.length === 0) return;
      await rollups.write(points, tx);
      const arrivals = await spool.drawArrivals(tx, points.length);
      const text = points.map((point, index) => `${toLine(point, arrivals[index] ?? 0)}\n`).join('');
      await spool.add(tx, { points: points.length, lines: await compress(text, { level: 1 }), at: now() });
      tx.afterCommit(onSpooled);
    },
    query: async (query, read) => {
      if (query.resolutionS > 0) return rollups.query(query, read);
      const { groupBy, aggregates } = query;
      const rows: MetricRow[] = [];
      const found = await ask(toFlux(query, bucket), MAX_BUCKETS * aggregates.length);
      if (!found) return { ok: false, refusal: 'too_many_series' };
      for (const row of found) {
        rows.push({
          at: new Date(row['_start'] ?? '').toISOString(),
          group: groupBy.map((label) => {
            const stored = row[tagOf(label)];
            return stored === undefined || stored === '' ? null : decodeText(stored);
          }),
          values: { [MetricAggregate.parse(row['result'])]: Number(row['_value']) },
        });
      }
      return { ok: true, series: toSeries(groupBy, rows) };
    },
    purge: async (purge, write) => {
      const { tenantId, before, dryRun } = purge;
      const [row] = (await ask(countingFlux(bucket, tenantId, before), 1)) ?? [];
      await rollups.purge(purge, write);
      if (!dryRun) await client.remove(tenantId, new Date(before).toISOString());
      return { count: Number(row?.['_value'] ?? 0) };
    },
  };
}
