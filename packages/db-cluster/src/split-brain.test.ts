import { makeTemporaryDirectory, startTestPostgres, type TestPostgres, waitFor } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createDbCluster, isDatabaseUnavailable, migrate, SplitBrainError, sql } from './index.ts';

let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
let other: TestPostgres;

beforeAll(async () => {
  directory = await makeTemporaryDirectory('split-brain');
  other = await startTestPostgres(directory.path, false);
}, 120_000);
afterAll(async () => {
  await other.stop();
  await directory[Symbol.asyncDispose]();
});

test(
  'with two primaries nothing is written, and health, metrics and migrations say why',
  { timeout: 60_000 },
  async () => {
    const registry = createRegistry('alert', 'split');
    const db = createDbCluster({
      primaryUrl: inject('postgresUrl'),
      replicaUrls: [other.url],
      applicationName: 'split',
      failoverWaitMs: 300,
      registry,
      onError: () => undefined,
    });
    await waitFor(async () => (await db.check()).nodes.every(({ role }) => role !== 'unreachable'), {
      deadlineMs: 20_000,
    });
    const writing: unknown = await db.write.query(sql`select 1`).catch((error: unknown) => error);
    expect(writing).toBeInstanceOf(SplitBrainError);
    expect(isDatabaseUnavailable(writing)).toBe(true);
    await expect(db.tx((tx) => tx.query(sql`select 1`))).rejects.toBeInstanceOf(SplitBrainError);
    await expect(db.checkWrites()).rejects.toThrow(/both say that they are the primary/);
    expect(await db.check()).toMatchObject({
      primary: null,
      writeRefused: expect.stringContaining(new URL(other.url).host) as string,
    });
    expect(await registry.metrics()).toMatch(/^soc_db_write_refused\{reason="two_primaries".*\} 1$/m);
    await db.close();

    const servers = { url: inject('postgresUrl'), otherUrls: [other.url] };
    await expect(migrate({ ...servers, schema: 'alert', directories: [] })).rejects.toBeInstanceOf(SplitBrainError);
  },
);
