import { gzipSync } from 'node:zlib';
import type { MetricPoint } from '../../services/storage/src/domain/metric-point.ts';
import { toLine } from '../../services/storage/src/domain/influx/line-protocol.ts';

export const DAY_MS = 86_400_000;
const SEVERITIES = ['low', 'medium', 'high', 'critical'];

/** A day of 40 series, evenly spread. */
export interface PointsOfADay {
  readonly name: string;
  readonly startMs: number;
  readonly count: number;
  readonly batches: (size: number) => Iterable<readonly MetricPoint[]>;
}

export function pointsOfADay(count: number, nowMs: number): PointsOfADay {
  const name = 'alert.time_to_acknowledge_s';
  const startMs = Math.floor(nowMs / 3_600_000) * 3_600_000 - DAY_MS;
  const pointOf = (index: number): MetricPoint => ({
    tenantId: 'default',
    name,
    at: new Date(startMs + Math.floor((index / count) * DAY_MS)).toISOString(),
    value: (index * 7_919) % 3_600,
    labels: { severity: SEVERITIES[index % 4] ?? '', source: `sensor-${Math.floor(index / 4) % 10}` },
  });
  function* batches(size: number): Generator<readonly MetricPoint[]> {
    for (let first = 0; first < count; first += size) {
      yield Array.from({ length: Math.min(size, count - first) }, (_, index) => pointOf(first + index));
    }
  }
  return { name, startMs, count, batches };
}

/** The same points of another tenant as they are sent to InfluxDB, gzipped, so many in a request. */
export function lineBodies({ batches }: PointsOfADay, size: number): readonly Uint8Array[] {
  let arrival = 0;
  return [...batches(size)].map((points) =>
    gzipSync(points.map((point) => toLine({ ...point, tenantId: 'bare' }, arrival++)).join('\n'), { level: 1 }),
  );
}

/** The same points of another tenant as rows that `copy storage.metric_points` takes. */
export function copyBodies({ batches }: PointsOfADay, size: number): readonly Buffer[] {
  let arrival = 0;
  return [...batches(size)].map((points) =>
    Buffer.from(points.map(({ at, value }) => `bare\t${arrival % 40}\t${at}\t${arrival++}\t${value}\n`).join('')),
  );
}
