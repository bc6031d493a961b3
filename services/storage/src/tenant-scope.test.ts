import { generateKeyPairSync } from 'node:crypto';
import { makeTemporaryDirectory, startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storageService } from './app.ts';
import { createEvidenceRepository } from './evidence-repository.ts';

const { privateKey } = generateKeyPairSync('ed25519');
const theirs = '00000000-0000-7000-8000-00000000000b';

let service: TestService;
let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
beforeAll(async () => {
  directory = await makeTemporaryDirectory('evidence');
  service = await startTestService(storageService, { env: { EVIDENCE_DIR: directory.path } });
  await service.query(
    `insert into storage.objects values ($1, 'other', 'key', 'a.txt', 'text/plain', 1, $2, null, null, 'ann', now())`,
    [theirs, 'a'.repeat(64)],
  );
  await service.query(
    `insert into storage.custody_entries values ($1, 1, 'other', 'stored', 'ann', 'ann', now(), '{}')`,
    [theirs],
  );
});
afterAll(async () => {
  await service.close();
  await directory[Symbol.asyncDispose]();
});

test('the custody of an object, asked for by its id alone, is that of the own tenant', async () => {
  const list = (tenantId: string) =>
    createEvidenceRepository({ privateKey, log: { info: () => undefined, error: () => undefined } }).listCustody(
      service.asTenant(tenantId),
      {
        objectId: theirs,
        afterSequence: 0,
        limitRows: 10,
      },
    );
  expect(await list('other')).toHaveLength(1);
  expect(await list('default')).toEqual([]);
});
