import { gunzipSync, gzipSync } from 'node:zlib';
import { sql } from '@soc/db-cluster';
import { createRegistry } from '@soc/monitoring';
import { expect, onTestFinished, test } from 'vitest';
import { createMetricShipper } from './metric-shipper.ts';
import { createMetricSpoolRepository } from './metric-spool-repository.ts';
import { MetricStoreUnavailableError } from './ports/metric-store.ts';
import { openStorageDatabase } from './storage-database.fixture.ts';

const now = () => new Date('2026-03-01T12:00:00Z');
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** InfluxDB as far as it takes lines: all of a request, or none because of one of them; and it goes away when it is told to. */
function serverRefusing(refused: string) {
  const taken: string[] = [];
  let left = Infinity;
  return {
    taken,
    goAwayAfter: (requests: number) => void (left = requests),
    write: (body: Uint8Array) => {
      if (left-- <= 0) return Promise.reject(new MetricStoreUnavailableError('away'));
      const lines = gunzipSync(body).toString().split('\n').filter(Boolean);
      if (lines.includes(refused)) return Promise.resolve({ ok: false, reason: 'no number', isOfLines: true } as const);
      taken.push(...lines);
      return Promise.resolve({ ok: true } as const);
    },
  };
}

test('a refused line neither loses nor doubles those of the rows around it, also when the server goes away amid them', async () => {
  const { db, close } = await openStorageDatabase();
  onTestFinished(close);
  const spool = createMetricSpoolRepository();
  const rows = [1, 2, 3, 4, 5].map((row) => [`cpu value=${row} ${row}`, `disk value=${row} ${row}`] as const);
  for (const lines of rows) {
    const body = gzipSync(`${lines.join('\n')}\n`);
    await db.tx((tx) => spool.add(tx, { points: lines.length, lines: body, at: now() }));
  }
  const refused = 'disk value=3 3';
  const server = serverRefusing(refused);
  const shipper = createMetricShipper({
    db,
    spool,
    client: server,
    registry: createRegistry('storage', 'test'),
    log,
    now,
  });
  const refusedLines = () => db.write.query<{ line: string }>(sql`select line from storage.metric_refused_lines`);

  // All rows together, the first two alone, and the third in halves.
  server.goAwayAfter(1 + 2 + 3);
  await expect(shipper.ship()).rejects.toThrow('away');
  expect(server.taken).toEqual([...(rows[0] ?? []), ...(rows[1] ?? []), 'cpu value=3 3']);
  expect(await spool.backlog(db.write)).toMatchObject({ points: 4, refused: 1 });
  expect(await refusedLines()).toEqual([{ line: refused }]);

  server.goAwayAfter(Infinity);
  await shipper.ship();
  expect(server.taken).toEqual(rows.flat().filter((line) => line !== refused));
  expect(await spool.backlog(db.write)).toEqual({ points: 0, since: null, refused: 1 });
  expect(await refusedLines()).toEqual([{ line: refused }]);
});
