import { AlertCreated } from '@soc/contracts';
import { PreviewRetention } from '@soc/contracts/storage/retention';
import { Search, SearchFacets, SearchHistogram } from '@soc/contracts/storage/search';
import { exampleAlert, startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storageService } from '../app.ts';

let service: TestService;
beforeAll(async () => {
  // Nobody listens at the discard port.
  const env = { EVIDENCE_DIR: '/nonexistent', SEARCH_SERVER_URLS: 'http://127.0.0.1:9' };
  service = await startTestService(storageService, { env });
});
afterAll(() => service.close());

test('while the search server is away, a search says so, and so does what a purge would remove', async () => {
  // Of a server that was there before: what was never made would have nothing to be purged.
  await service.query(
    `insert into storage.search_generations (index_name, kind, from_ms, mapping, state, index_uuid)
     values ('soc-alert-000001', 'alert', 0, 'm', 'live', 'made')`,
  );
  const range = { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z', step: 3_600 };
  const answers = [
    await service.call(Search, { query: { q: 'a' } }),
    await service.call(SearchFacets, { query: { q: 'a', fields: 'host' } }),
    await service.call(SearchHistogram, { query: { q: 'a', ...range } }),
    await service.call(PreviewRetention, { params: { kind: 'alert' }, query: { keepDays: 1 } }),
  ];
  expect(answers.map(({ status, problem }) => [status, problem?.code])).toEqual(
    answers.map(() => [503, 'storage.search_unavailable']),
  );
});

test('what arrives meanwhile waits, and health and metrics tell how much', async () => {
  await service.emit(AlertCreated, { alert: exampleAlert() });
  await waitFor(async () => {
    const health = (await service.app.inject('/health')).json<{ checks: Record<string, unknown> }>();
    expect(health).toMatchObject({ status: 'degraded', checks: { search: { status: 'degraded' } } });
    expect(JSON.stringify(health.checks['search'])).toContain('1 documents wait');
    return true;
  });
  const { body } = await service.app.inject('/metrics');
  expect(body).toMatch(/^soc_search_backlog_documents\{?.*\}? 1$/m);
});
