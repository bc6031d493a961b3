import { IngestEvents } from '@soc/contracts/alert/events-ingest';
import { ImportRules, RULES_MAX } from '@soc/contracts/alert/rule-import';
import { BacktestRule, TestRule } from '@soc/contracts/alert/rule-trials';
import { DeleteRule, DisableRule, DisableRules, EnableRule, EnableRules, ListRules } from '@soc/contracts/alert/rules';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertService } from '../app.ts';
import { importRules, processEvent, ruleText } from '../rules.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(alertService);
  await importRules(service, ruleText({ id: 'r-1', title: 'Tried' }));
});
afterAll(() => service.close());

interface Answer {
  readonly status: number;
  readonly problem: { readonly code?: string } | undefined;
}

/** Asks until some are refused as too many at once: on a machine that is slow to ask, others end in between. */
async function askTogether(times: number, ask: () => Promise<Answer>): Promise<readonly number[]> {
  for (let round = 0; ; round += 1) {
    const answers = await Promise.all(Array.from({ length: times }, ask));
    const busy = answers.filter(({ status }) => status === 429);
    if (busy.length === 0 && round < 10) continue;
    expect(new Set(busy.map(({ problem }) => problem?.code))).toEqual(new Set(['rule.busy']));
    return answers.map(({ status }) => status);
  }
}

const params = { id: 'r-1' };

test('a tenant that tries rules many times at once is refused what is too much, and served the rest', async () => {
  const tested = await askTogether(10, () => service.call(TestRule, { params, body: { events: [{}] } }));
  expect(new Set(tested)).toEqual(new Set([200, 429]));
  const backtested = await askTogether(4, () => service.call(BacktestRule, { params, body: {} }));
  expect(new Set(backtested)).toEqual(new Set([200, 429]));
});

test('a tenant that has much read at once is refused what is too much', async () => {
  const body = Buffer.from(ruleText({ id: 'r-again', title: 'Again' }));
  const imported = await askTogether(8, () => service.call(ImportRules, { body, query: { enabled: false } }));
  expect(new Set(imported)).toEqual(new Set([200, 429]));
  const filter = `title: Narrow\nid: f-1\nlogsource:\n  product: windows\n  category: process_creation
filter:\n  rules:\n    - r-1\n  selection:\n    User: ann\n  condition: not selection\n`;
  await importRules(service, filter);
  const one = { params: { id: 'f-1' } };
  const many = { body: { q: 'f-1' } };
  const switches = [
    () => service.call(DisableRule, one),
    () => service.call(EnableRule, one),
    () => service.call(DisableRules, many),
    () => service.call(EnableRules, many),
  ];
  for (const ask of switches) expect(new Set(await askTogether(8, ask))).toEqual(new Set([200, 429]));
  const deleted = await askTogether(8, () => service.call(DeleteRule, one));
  expect(deleted.filter((status) => ![204, 404, 429].includes(status))).toEqual([]);
});

test('rules that a thread cannot hold are told as unavailable, to be asked again', async () => {
  const token = service.tokens.otherTenantAdmin;
  await importRules(service, ruleText({ id: 'r-broken', title: 'Broken' }), { token });
  await service.query(`update alert.rules set compiled = 'broken' where id = 'r-broken'`);
  const broken = { params: { id: 'r-broken' }, token };
  const answers: readonly Answer[] = [
    await service.call(IngestEvents, { body: processEvent('x'), token }),
    await service.call(TestRule, { ...broken, body: { events: [{}] } }),
    await service.call(BacktestRule, { ...broken, body: {} }),
  ];
  expect(answers.map(({ status, problem }) => [status, problem?.code])).toEqual(
    answers.map(() => [503, 'detection.failed']),
  );
});

test('an import that makes more rules than a tenant may have stores none of them', async () => {
  const columns = `kind, title, level, tags, head, file, line, enabled, version, content_hash, counts, compiled, compiled_format,
    searched, imported_at, updated_at, updated_by`;
  await service.query(`insert into alert.rules (tenant_id, id, ${columns})
    select tenant_id, 'copy-' || n, ${columns.replace('enabled', 'false')}
    from alert.rules, generate_series(1, ${RULES_MAX}) as n where id = 'r-1'`);
  await service.query(`insert into alert.rule_versions (tenant_id, rule_id, version, title, level, text, at, by)
    select tenant_id, id, version, title, level, '', updated_at, '' from alert.rules where id like 'copy-%'`);
  const body = Buffer.from(ruleText({ id: 'r-beyond', title: 'Beyond' }));
  const { status, problem } = await service.call(ImportRules, { body });
  expect([status, problem?.code]).toEqual([422, 'rule.too_many']);
  expect((await service.call(ListRules, { query: { q: 'Beyond' } })).body.items).toEqual([]);
});
