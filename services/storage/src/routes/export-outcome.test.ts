import { ExportCustody } from '@soc/contracts/storage/custody';
import { ListCustody, StoreObject, VerifyObject } from '@soc/contracts/storage/objects';
import { CommitOutcomeUnknownError, type DbCluster, type Tx } from '@soc/db-cluster';
import { makeTemporaryDirectory, startTestService, type TestService } from '@soc/fleet/testing';
import type { ServiceDefinition } from '@soc/service-kit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { storageService } from '../app.ts';

/** What became of the next commits that nobody hears of. */
type Unheard = 'committed' | 'rolled back';
const unheard: Unheard[] = [];

const ENTRIES: ReadonlySet<unknown> = new Set(['exported', 'export_broken_off']);

/** The connection is lost with the commit of an export's entry under way, as often as is asked for. */
const losingCommits = (db: DbCluster): DbCluster => ({
  ...db,
  tx: async (work, options) => {
    let outcome: Unheard | undefined;
    const watched = (tx: Tx): Tx => ({
      ...tx,
      query: (statement, queryOptions) => {
        if (outcome === undefined && statement.values.some((value) => ENTRIES.has(value))) outcome = unheard.shift();
        return tx.query(statement, queryOptions);
      },
    });
    const lost = new CommitOutcomeUnknownError('lost');
    const result = await db.tx(async (tx) => {
      const done = await work(watched(tx));
      if (outcome === 'rolled back') throw lost;
      return done;
    }, options);
    if (outcome === 'committed') throw lost;
    return result;
  },
});

const losingStorage: ServiceDefinition = {
  ...storageService,
  create: (platform) => storageService.create({ ...platform, db: losingCommits(platform.db) }),
};

let service: TestService;
let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
beforeAll(async () => {
  directory = await makeTemporaryDirectory('evidence');
  service = await startTestService(losingStorage, { env: { EVIDENCE_DIR: directory.path } });
});
afterAll(async () => {
  await service.close();
  await directory[Symbol.asyncDispose]();
});
beforeEach(() => {
  unheard.length = 0;
});

test.each<readonly [string, readonly Unheard[], readonly string[]]>([
  ['committed is said to have broken off', ['committed'], ['exported', 'export_broken_off']],
  ['rolled back leaves no entry', ['rolled back'], []],
  [
    'committed, as that of its breaking off was, has one of each',
    ['committed', 'committed'],
    ['exported', 'export_broken_off'],
  ],
  [
    'committed, and that of its breaking off not, has both',
    ['committed', 'rolled back'],
    ['exported', 'export_broken_off'],
  ],
])('an export whose entry was %s, though nobody heard of it', async (_, outcomes, actions) => {
  const { id } = (await service.call(StoreObject, { query: { filename: 'a' }, body: 'evidence' })).body;
  unheard.push(...outcomes);
  const asked = { objectIds: [id], recipient: 'the court', purpose: 'case 7' };
  expect((await service.call(ExportCustody, { body: asked })).status).toBe(503);
  expect(unheard).toEqual([]);
  const { items } = (await service.call(ListCustody, { params: { id } })).body;
  expect(items.map(({ action }) => action)).toEqual(['stored', ...actions]);
  expect(new Set(items.slice(1).map(({ detail }) => detail['exportId'])).size).toBe(actions.length === 0 ? 0 : 1);
  expect((await service.call(VerifyObject, { params: { id } })).status).toBe(200);
});
