import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { analysisRepository } from './analysis-repository.ts';
import { aiService } from './app.ts';

const theirs = '00000000-0000-7000-8000-00000000000b';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(aiService);
  // Of no analysis that could be read: whoever gets to see it fails of it.
  await service.query(`insert into ai.analyses values ($1, 1, 'other', '{}', '{}')`, [theirs]);
});
afterAll(() => service.close());

test('the latest analysis of an alert, asked for by its id alone, is that of the own tenant', async () => {
  const find = (tenantId: string) => analysisRepository.findLatest(service.asTenant(tenantId), [theirs]);
  await expect(find('other')).rejects.toThrow();
  expect(await find('default')).toEqual([]);
});
