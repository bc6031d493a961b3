import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { storageEndpoints } from '@soc/contracts/storage/endpoints';
import { coverRefusals, makeTemporaryDirectory, startTestService } from '@soc/fleet/testing';
import { expect, onTestFinished, test } from 'vitest';
import { storageService } from './app.ts';

test('every endpoint refuses strangers, the unentitled and what does not fit its contract', async () => {
  const service = await startTestService(storageService, { env: { EVIDENCE_DIR: '/nonexistent' } });
  onTestFinished(() => service.close());
  await coverRefusals(service, storageEndpoints, {
    storeObject: { invalid: { query: { filename: 'a', incidentId: 'no id' }, path: 'query.incidentId' } },
    previewRetention: { request: { params: { kind: 'alert' }, query: { keepDays: '1' } } },
    putRetention: { request: { params: { kind: 'alert' } } },
    deleteRetention: { request: { params: { kind: 'alert' } } },
    search: { invalid: { query: { q: '' }, path: 'query.q' } },
    searchFacets: { invalid: { query: { q: 'x', fields: 'title' }, path: 'query.fields.0' } },
    searchHistogram: { invalid: { query: { q: 'x', from: 'a', to: 'b', step: '0' }, path: 'query.from' } },
    queryMetric: { invalid: { query: { name: 'x', from: 'yesterday', to: 'today', step: '0' }, path: 'query.from' } },
  });
});

test('its health tells of the evidence store, and is not down without it', async () => {
  const directory = await makeTemporaryDirectory('evidence');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const service = await startTestService(storageService, { env: { EVIDENCE_DIR: directory.path } });
  onTestFinished(() => service.close());
  const healthy = await service.app.inject('/health');
  expect(healthy.json()).toMatchObject({ status: 'ok', checks: { objects: { status: 'ok' } } });
  const file = join(directory.path, 'file');
  await writeFile(file, '');
  const broken = await startTestService(storageService, { env: { EVIDENCE_DIR: join(file, 'no-folder') } });
  onTestFinished(() => broken.close());
  const answer = await broken.app.inject('/health');
  expect([answer.statusCode, answer.json()]).toMatchObject([
    200,
    { status: 'degraded', checks: { objects: { status: 'degraded' } } },
  ]);
});
