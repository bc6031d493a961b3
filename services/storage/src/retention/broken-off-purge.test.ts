import { uuidv7 } from '@soc/contracts';
import type { RetentionKind } from '@soc/contracts/storage/retention';
import { type DbCluster, sql } from '@soc/db-cluster';
import { exampleAlert } from '@soc/fleet/testing';
import type { Audit } from '@soc/service-kit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { alertDocument } from '../domain/search-document.ts';
import { metricAdapters } from '../ports/metric-adapters.fixture.ts';
import { searchIndexes } from '../ports/search-indexes.fixture.ts';
import { openStorageDatabase } from '../storage-database.fixture.ts';
import { type CarryOutDeps, carryOutPolicy } from './carry-out-policy.ts';
import { closeLeftBehind } from './close-left-behind.ts';
import { retentionRepository } from './retention-repository.ts';

const TENANT = 'broken-off';
const OLD = '2026-02-10T00:00:00.000Z';
const YOUNG = '2026-03-01T00:00:00.000Z';
const TIMES = [OLD, OLD, OLD, YOUNG];

type Removing = Pick<CarryOutDeps, 'searchIndex' | 'metrics'>;

/** Three old things and a young one, wherever they are kept; `removing` breaks off after it has removed what it was to. */
interface Filled {
  readonly db: DbCluster;
  readonly removing: (breakOff: () => void) => Removing;
}

async function fillSearch({ open }: (typeof searchIndexes)[number]): Promise<Filled> {
  const { db, close } = await openStorageDatabase();
  const { index, settled, close: closeIndex } = await open(db, { kinds: ['alert'] });
  onTestFinished(async () => {
    await closeIndex();
    await close();
  });
  const documents = TIMES.map((occurredAt) =>
    alertDocument(exampleAlert({ id: uuidv7(Date.parse(occurredAt)), tenantId: TENANT, occurredAt })),
  );
  await db.tx((tx) => index.save(documents, tx));
  await settled();
  // As of documents that were sent before PostgreSQL kept them: only the server knows.
  await db.write.query(sql`delete from storage.search_documents`);
  const removing = (breakOff: () => void) => ({
    searchIndex: {
      ...index,
      purge: async (...[purge, write]: Parameters<typeof index.purge>) => {
        const removed = await index.purge(purge, write);
        if (!purge.dryRun) breakOff();
        return removed;
      },
    },
    // Nothing is asked of it.
    metrics: {} as CarryOutDeps['metrics'],
  });
  return { db, removing };
}

async function fillMetrics({ open }: (typeof metricAdapters)[number]): Promise<Filled> {
  const { db, store, write, close } = await open();
  onTestFinished(close);
  await write(TIMES.map((at, value) => ({ tenantId: TENANT, name: 'm', at, value, labels: {} })));
  const purgeStore: typeof store.purge = async (purge, queryable) => {
    const removed = await store.purge(purge, queryable);
    if (!purge.dryRun) breakOffNow();
    return removed;
  };
  let breakOffNow = (): void => undefined;
  const removing = (breakOff: () => void) => {
    breakOffNow = breakOff;
    return {
      // Nothing else is asked of both.
      metrics: { store: { ...store, purge: purgeStore } } as CarryOutDeps['metrics'],
      searchIndex: {} as CarryOutDeps['searchIndex'],
    };
  };
  return { db, removing };
}

const stores: readonly { readonly name: string; readonly kind: RetentionKind; readonly fill: () => Promise<Filled> }[] =
  [
    ...searchIndexes.map((each) => ({ name: each.name, kind: 'alert' as const, fill: () => fillSearch(each) })),
    ...metricAdapters.map((each) => ({ name: each.name, kind: 'metric' as const, fill: () => fillMetrics(each) })),
  ];

interface Told {
  readonly action: string;
  readonly plannedCount?: number;
  readonly policy?: string;
}

/** A policy that is due in every round; `carryOut` resolves with the purges there have been. */
async function followPolicy(kind: RetentionKind, db: DbCluster, removing: Removing) {
  let nowMs = Date.parse('2026-03-02T00:00:00Z');
  const now = () => new Date(nowMs);
  const told: Told[] = [];
  const audit: Pick<Audit, 'record'> = {
    record: (tx, { action, details }) => {
      tx?.afterCommit(() => told.push({ action, ...details }));
      return Promise.resolve();
    },
  };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  // What is no evidence asks for nothing else.
  const deps = { ...removing, db, now, retentionEveryS: 60, audit, log } as unknown as CarryOutDeps;
  const policy = { kind, keepDays: 10, updatedBy: 'ann', updatedAt: OLD, nextPurgeAt: OLD };
  await db.tx((tx) => retentionRepository.put(tx, TENANT, policy));
  const carryOut = async () => {
    nowMs += 120_000;
    const claim = await retentionRepository.claim(db.write, crypto.randomUUID(), now());
    if (!claim) throw new Error('nothing is due');
    await carryOutPolicy(deps, claim, new AbortController().signal);
    return retentionRepository.listPurges(db.write, { tenantId: TENANT, after: undefined, limitRows: 10 });
  };
  /** As somebody would who takes it back in the middle, and the round after that. */
  const removePolicy = async () => {
    await db.tx((tx) => retentionRepository.remove(tx, TENANT, kind));
    await closeLeftBehind(deps, new AbortController().signal);
    return retentionRepository.listPurges(db.write, { tenantId: TENANT, after: undefined, limitRows: 10 });
  };
  return { carryOut, removePolicy, told, now };
}

describe.each(stores)('of $kind on $name', ({ kind, fill }) => {
  test('a purge that is killed after it has removed and before it could say so is known, and told whole by the next', async () => {
    const { db, removing } = await fill();
    let isKilled = true;
    const breakOff = (): void => {
      if (isKilled) throw new Error('killed');
    };
    const { carryOut, told, now } = await followPolicy(kind, db, removing(breakOff));

    expect(await carryOut()).toMatchObject([{ kind, count: 0, finishedAt: null }]);
    expect(told).toMatchObject([{ action: 'retention.begin', plannedCount: 3 }]);

    isKilled = false;
    expect(await carryOut()).toMatchObject([{ kind, count: 3, finishedAt: now().toISOString() }]);
    expect(told).toMatchObject([{ action: 'retention.begin' }, { action: 'retention.purge', count: 3 }]);

    expect(await carryOut()).toHaveLength(1);
    expect(told).toHaveLength(2);
  });
});

describe.each(stores)('of $kind on $name', ({ name, kind, fill }) => {
  test('a purge whose policy is removed after it was announced is closed, and told with what it removed', async () => {
    const { db, removing } = await fill();
    const breakOff = (): never => {
      throw new Error('killed');
    };
    const { carryOut, removePolicy, told, now } = await followPolicy(kind, db, removing(breakOff));
    const [begun] = await carryOut();
    expect(begun).toMatchObject({ count: 0, finishedAt: null });
    // In PostgreSQL the removal was rolled back.
    const count = name === 'PostgreSQL' ? 0 : 3;
    expect(await removePolicy()).toMatchObject([{ id: begun?.id, kind, count, finishedAt: now().toISOString() }]);
    expect(told.at(-1)).toMatchObject({ action: 'retention.purge', policy: 'removed' });
    expect(await removePolicy()).toHaveLength(1);
    expect(told).toHaveLength(2);
  });
});

test('sums of metrics go with their policy when their points are gone already', async () => {
  const [postgres] = metricAdapters;
  if (!postgres) throw new Error('no adapter');
  const { db, removing } = await fillMetrics(postgres);
  await db.write.query(sql`delete from storage.metric_points`);
  const sums = () =>
    db.write.query(sql`
      select at from storage.metric_rollups_5m where tenant_id = ${TENANT}
      union all select at from storage.metric_rollups_1h where tenant_id = ${TENANT}`);
  expect(await sums()).toHaveLength(4);
  const { carryOut, told } = await followPolicy(
    'metric',
    db,
    removing(() => undefined),
  );
  expect([await carryOut(), told]).toEqual([[], []]);
  expect(await sums()).toHaveLength(2);
});
