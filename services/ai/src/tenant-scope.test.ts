import type { Queryable, SqlStatement } from '@soc/db-cluster';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { analysisRepository } from './analysis-repository.ts';
import { aiService } from './app.ts';

/** As a handler of events asks, which no policy binds. */
const asOwner: Pick<Queryable, 'query'> = {
  // The caller names the row type it selected.
  query: <Row extends object>({ text, values }: SqlStatement) => service.query(text, values) as Promise<Row[]>,
};

const theirs = '00000000-0000-7000-8000-00000000000b';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(aiService);
  // Of no analysis that could be read: whoever gets to see it fails of it.
  await service.query(`insert into ai.analyses values ($1, 1, 'other', '{}', '{}')`, [theirs]);
});
afterAll(() => service.close());

test('the latest analysis of an alert is that of the tenant that is asked about', async () => {
  const find = (tenantId: string) => analysisRepository.findLatest(asOwner, [{ tenantId, alertId: theirs }]);
  await expect(find('other')).rejects.toThrow();
  expect(await find('default')).toEqual([]);
});

test('asked for by its id alone, in a request, it is that of the own tenant', async () => {
  const find = (tenantId: string) =>
    analysisRepository.findLatest(service.asTenant(tenantId), [{ tenantId: 'other', alertId: theirs }]);
  await expect(find('other')).rejects.toThrow();
  expect(await find('default')).toEqual([]);
});
