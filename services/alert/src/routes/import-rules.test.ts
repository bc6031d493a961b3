import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { IMPORT_MAX_BYTES, ImportRules } from '@soc/contracts/alert/rule-import';
import { GetRule, ListRules } from '@soc/contracts/alert/rules';
import { sharedData, startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertService } from '../app.ts';
import { importRules, ruleText } from '../rules.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(alertService);
});
afterAll(() => service.close());

test('a rule is loaded, then unchanged, then updated as its next version, and keeps whether it is enabled', async () => {
  const first = await importRules(service, ruleText({ id: 'r-1', title: 'First' }), { enabled: false });
  expect(first).toMatchObject({
    loaded: 1,
    documents: [{ file: 'rules.yml', line: 1, outcome: 'loaded', id: 'r-1', title: 'First', version: 1, reason: null }],
  });
  expect(await importRules(service, ruleText({ id: 'r-1', title: 'First' }))).toMatchObject({
    loaded: 0,
    unchanged: 1,
  });
  const changed = await importRules(service, ruleText({ id: 'r-1', title: 'First, better', level: 'critical' }));
  expect(changed).toMatchObject({ updated: 1, documents: [{ outcome: 'updated', version: 2 }] });
  const { body } = await service.call(GetRule, { params: { id: 'r-1' } });
  expect(body).toMatchObject({
    title: 'First, better',
    level: 'critical',
    enabled: false,
    version: 2,
    author: 'Someone',
    license: 'DRL-1.1',
    references: ['https://example.org/1'],
    tags: ['attack.execution', 'attack.t1059.001'],
    updatedBy: 'Test admin',
    versions: [{ version: 2 }, { version: 1, title: 'First' }],
  });
  expect(body.text).toContain('First, better');
});

test('what cannot be read is refused with file, line and reason, and costs no other', async () => {
  const text = [
    ruleText({ id: 'r-good', title: 'Good' }),
    'title: No detection\nlogsource:\n  product: windows\n',
    'a: [b',
  ].join('\n---\n');
  const outcome = await importRules(service, text);
  expect(outcome).toMatchObject({ loaded: 1, refused: 2 });
  const refused = outcome.documents.filter((document) => document.outcome === 'refused');
  expect(refused.map(({ file, line, reason }) => [file, line > 10, typeof reason])).toEqual([
    ['rules.yml', true, 'string'],
    ['rules.yml', true, 'string'],
  ]);
});

test('a rule without an id gets the same one every time', async () => {
  const text = ruleText({ title: 'Without / an id?' }).replace(/^id:.*\n/m, '');
  const { documents } = await importRules(service, text);
  const id = documents[0]?.id ?? '';
  expect((await service.call(GetRule, { params: { id } })).body.title).toBe('Without / an id?');
  expect(await importRules(service, text)).toMatchObject({ unchanged: 1, documents: [{ id }] });
});

test('the same import twice at once is stored once', async () => {
  const text = ruleText({ id: 'r-twice', title: 'Twice' });
  const outcomes = await Promise.all([importRules(service, text), importRules(service, text)]);
  expect(outcomes.map(({ loaded, unchanged }) => loaded * 10 + unchanged).toSorted((a, b) => a - b)).toEqual([1, 10]);
});

test('nothing, and more than an import may hold, are refused', async () => {
  const nothing = await service.call(ImportRules, { body: Buffer.alloc(0) });
  expect([nothing.status, nothing.problem?.code]).toEqual([422, 'rule.nothing_readable']);
  const big = await service.call(ImportRules, { body: Buffer.alloc(IMPORT_MAX_BYTES + 1, ' ') });
  expect([big.status, big.problem?.code]).toEqual([413, 'rule.import_too_large']);
});

test.each([
  ['a bomb', gzipSync(Buffer.alloc(300 * 1024 * 1024)), 'rules.tar.gz'],
  ['half an archive', gzipSync(Buffer.alloc(100_000)).subarray(0, 50), 'rules.tar.gz'],
  ['a zip that is none', Buffer.from('PK\u0003\u0004 and nothing that follows from it'), 'rules.zip'],
  ['aliases of aliases', Buffer.from(bombOfAliases()), 'rules.yml'],
  ['binary', Buffer.from([0, 1, 2, 255, 254, 0]), 'rules.yml'],
])('%s is refused and costs nobody anything', async (_, body, name) => {
  const answer = await service.call(ImportRules, { body, query: { name } });
  const refusedAs = answer.status === 200 ? [answer.body.loaded, answer.body.refused] : [0, 1];
  expect([[200, 422].includes(answer.status), ...refusedAs]).toEqual([true, 0, 1]);
  expect((await service.call(ListRules, { query: { limit: 1 } })).status).toBe(200);
});

/** A few lines that stand for 10^9 values. */
function bombOfAliases(): string {
  const lines = Array.from({ length: 9 }, (_, level) => `k${level + 1}: &a${level + 1} [${`*a${level},`.repeat(10)}]`);
  return ['k0: &a0 [x]', ...lines, 'title: Bomb'].join('\n');
}

test('another tenant sees none of it, and may have a rule of the same id', async () => {
  const token = service.tokens.otherTenantAdmin;
  await importRules(service, ruleText({ id: 'r-shared', title: 'Ours' }));
  expect((await service.call(ListRules, { token })).body.items).toEqual([]);
  expect((await service.call(GetRule, { params: { id: 'r-shared' }, token })).status).toBe(404);
  expect(await importRules(service, ruleText({ id: 'r-shared', title: 'Theirs' }), { token })).toMatchObject({
    loaded: 1,
  });
  expect((await service.call(GetRule, { params: { id: 'r-shared' } })).body.title).toBe('Ours');
});

const archive = sharedData('01-sigma-rules/sigma-rules.tar.gz');

test.skipIf(archive === undefined)(
  'all rules of SigmaHQ are imported in one go, each loaded or refused with a reason',
  { timeout: 120_000 },
  async () => {
    const answer = await service.call(ImportRules, { body: readFileSync(archive ?? ''), query: { enabled: false } });
    const { loaded, refused, documents } = answer.body;
    expect([answer.status, loaded + refused, documents.length]).toEqual([200, 3_563, 3_563]);
    expect(documents.filter(({ outcome, reason }) => outcome === 'refused' && !reason)).toEqual([]);
    expect(refused).toBeLessThan(100);
  },
);
