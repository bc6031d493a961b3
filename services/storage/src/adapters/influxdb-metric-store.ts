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
import type { InfluxdbClient } from './influxdb-client.ts';

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
  const ask = async (flux: string): Promise<readonly FluxRow[]> => {
    try {
      return readFluxCsv(await client.query(flux)).toArray();
    } catch (error) {
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
      for (const row of await ask(toFlux(query, bucket))) {
        rows.push({
          at: new Date(row['_start'] ?? '').toISOString(),
          group: groupBy.map((label) => {
            const stored = row[tagOf(label)];
            return stored === undefined || stored === '' ? null : decodeText(stored);
          }),
          values: { [MetricAggregate.parse(row['result'])]: Number(row['_value']) },
        });
        if (rows.length > MAX_BUCKETS * aggregates.length) return { ok: false, refusal: 'too_many_series' };
      }
      return { ok: true, series: toSeries(groupBy, rows) };
    },
    purge: async (purge, write) => {
      const { tenantId, before, dryRun } = purge;
      const [row] = await ask(countingFlux(bucket, tenantId, before));
      await rollups.purge(purge, write);
      if (!dryRun) await client.remove(tenantId, new Date(before).toISOString());
      return { count: Number(row?.['_value'] ?? 0) };
    },
  };
}
