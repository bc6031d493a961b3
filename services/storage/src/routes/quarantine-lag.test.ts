import { ExportCustody } from '@soc/contracts/storage/custody';
import { ClearObject, IssueObjectUrl, QuarantineObject } from '@soc/contracts/storage/object-controls';
import { DownloadObject, ListCustody, StoreObject } from '@soc/contracts/storage/objects';
import type { Queryable } from '@soc/db-cluster';
import { makeTemporaryDirectory, startTestService } from '@soc/fleet/testing';
import type { ServiceDefinition } from '@soc/service-kit';
import { expect, onTestFinished, test } from 'vitest';
import { storageService } from '../app.ts';

/** A server that has heard of everything but of the last thing that was said of quarantine. */
const behind = (server: Queryable, told: string | null): Queryable => ({
  query: async <Row extends object>(...asked: Parameters<Queryable['query']>) => {
    const rows = await server.query<Row>(...asked);
    return rows.map((row) => ('quarantine_reason' in row ? { ...row, quarantine_reason: told } : row));
  },
});

/** Whose reads are answered by a replica that lags. */
const laggingStorage = (told: string | null): ServiceDefinition => ({
  ...storageService,
  create: (platform) =>
    storageService.create({
      ...platform,
      db: {
        ...platform.db,
        read: behind(platform.db.read, told),
        readYourWrites: (token) => behind(platform.db.readYourWrites(token), told),
      },
    }),
});

async function startLagging(told: string | null) {
  const directory = await makeTemporaryDirectory('evidence');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const service = await startTestService(laggingStorage(told), { env: { EVIDENCE_DIR: directory.path } });
  onTestFinished(() => service.close());
  const { id } = (await service.call(StoreObject, { query: { filename: 'a' }, body: 'beacon' })).body;
  await service.call(QuarantineObject, { params: { id }, body: { reason: 'a beacon' } });
  return { service, id };
}

test('a quarantine that a replica has not heard of is obeyed all the same, and refused access leaves no entry', async () => {
  const { service, id } = await startLagging(null);
  const answers = [
    await service.call(DownloadObject, { params: { id } }),
    await service.call(IssueObjectUrl, { params: { id }, body: {} }),
    await service.call(ExportCustody, { body: { objectIds: [id], recipient: 'x', purpose: 'x' } }),
  ];
  expect(answers.map(({ status, problem }) => [status, problem?.code])).toEqual(
    Array(3).fill([423, 'storage.quarantined']),
  );
  const { items } = (await service.call(ListCustody, { params: { id } })).body;
  expect(items.map(({ action }) => action)).toEqual(['stored', 'quarantined']);
});

test('what was cleared is given out, whatever a replica still says', async () => {
  const { service, id } = await startLagging('a beacon');
  await service.call(ClearObject, { params: { id }, body: { reason: 'a test' } });
  const { status, raw } = await service.call(DownloadObject, { params: { id } });
  expect([status, raw.toString()]).toEqual([200, 'beacon']);
});
