import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertService } from './app.ts';
import { type Replica, startReplica } from './correlation-replica.fixture.ts';
import { createRuleChange } from './rule-change.ts';
import { createRuleSetRepository } from './rule-set-repository.ts';

let service: TestService;
let replica: Replica;
beforeAll(async () => {
  service = await startTestService(alertService);
  replica = startReplica(service.env['DATABASE_URL'] ?? '');
});
afterAll(async () => {
  await replica.close();
  await service.close();
});

const ruleSets = createRuleSetRepository();

test('what was read before somebody else changed the rules is read anew and never written', async () => {
  const change = createRuleChange({ db: replica.db, ruleSets });
  for (const disturbances of [0, 1, 2]) {
    let reads = 0;
    const written: number[] = [];
    const result = await change(
      't-1',
      async () => {
        reads += 1;
        if (reads <= disturbances) await replica.db.tx((tx) => ruleSets.change(tx, 't-1'));
        return reads;
      },
      (_, read) => Promise.resolve(written.push(read)),
    );
    expect([result, written]).toEqual([1, [disturbances + 1]]);
  }
  expect(await ruleSets.version(replica.db.write, 't-1')).toBe(6);
});

test('whoever is disturbed again and again reads with the lock held', async () => {
  const change = createRuleChange({ db: replica.db, ruleSets });
  const others: Promise<void>[] = [];
  const readBy: boolean[] = [];
  const versionRead = await change(
    't-2',
    async (from) => {
      const isLocked = from !== replica.db.write;
      readBy.push(isLocked);
      const disturbing = replica.db.tx((tx) => ruleSets.change(tx, 't-2'));
      // Under the lock it waits until the change is over.
      if (isLocked) others.push(disturbing);
      else await disturbing;
      return ruleSets.version(from, 't-2');
    },
    async (tx, read) => [read, await ruleSets.version(tx, 't-2')] as const,
  );
  expect(readBy).toEqual([false, false, false, false, true]);
  expect(versionRead[0]).toBe(versionRead[1]);
  await Promise.all(others);
});
