import {
  DeleteRule,
  DisableRules,
  DisableRule,
  EnableRule,
  EnableRules,
  GetRule,
  ListRules,
  ListRuleVersions,
} from '@soc/contracts/alert/rules';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertService } from '../app.ts';
import { importRules, ruleText } from '../rules.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(alertService);
  const rules = [
    ruleText({ id: 'b', title: 'B 50%_off', level: 'low' }),
    ruleText({ id: 'a', title: 'A', level: 'critical', product: 'linux', category: 'network_connection' }),
    ruleText({ id: 'c', title: 'C', level: 'low' }),
  ];
  await importRules(service, rules.join('\n---\n'));
});
afterAll(() => service.close());

const titles = async (query: Readonly<Record<string, string | number | boolean>>): Promise<string> => {
  const { body } = await service.call(ListRules, { query });
  return body.items.map(({ id }) => id).join('');
};

test('rules are listed by title, page by page', async () => {
  const first = await service.call(ListRules, { query: { limit: 2 } });
  const second = await service.call(ListRules, { query: { limit: 2, cursor: first.body.nextCursor ?? '' } });
  expect([first, second].map(({ body }) => body.items.map(({ id }) => id))).toEqual([['a', 'b'], ['c']]);
  expect(second.body.nextCursor).toBeNull();
});

test('every filter narrows, and a wildcard in q is a letter', async () => {
  expect(await titles({ level: 'low' })).toBe('bc');
  expect(await titles({ product: 'linux,macos' })).toBe('a');
  expect(await titles({ category: 'process_creation', q: 'RULES.yml' })).toBe('bc');
  expect(await titles({ q: 'b%f' })).toBe('');
  expect(await titles({ q: '0%_o' })).toBe('b');
  expect(await titles({ q: 'T1059' })).toBe('abc');
  expect(await titles({ kind: 'correlation' })).toBe('');
  expect(await titles({ status: 'test', service: 'none' })).toBe('');
});

test('rules are enabled and disabled one by one, and many by filter', async () => {
  const many = await service.call(DisableRules, { body: { level: 'low' } });
  expect([many.status, many.body]).toEqual([200, { matched: 2, changed: 2 }]);
  expect((await service.call(DisableRules, { body: { level: 'low' } })).body).toEqual({ matched: 2, changed: 0 });
  expect([await titles({ enabled: true }), await titles({ enabled: false })]).toEqual(['a', 'bc']);
  expect((await service.call(EnableRule, { params: { id: 'b' } })).body).toMatchObject({ id: 'b', enabled: true });
  expect((await service.call(EnableRules, { body: {} })).body).toEqual({ matched: 3, changed: 1 });
  expect(await titles({ enabled: true })).toBe('abc');
});

test('what a rule said at each version is kept, newest first, page by page', async () => {
  await importRules(service, ruleText({ id: 'v', title: 'One' }));
  await importRules(service, ruleText({ id: 'v', title: 'Two' }));
  const first = await service.call(ListRuleVersions, { params: { id: 'v' }, query: { limit: 1 } });
  const query = { limit: 1, cursor: first.body.nextCursor ?? '' };
  const second = await service.call(ListRuleVersions, { params: { id: 'v' }, query });
  expect([first, second].map(({ body }) => body.items.map(({ title, text }) => [title, text.slice(7, 10)]))).toEqual([
    [['Two', 'Two']],
    [['One', 'One']],
  ]);
  expect(second.body.nextCursor).toBeNull();
});

test('a rule is deleted with its versions', async () => {
  await importRules(service, ruleText({ id: 'd', title: 'Deleted' }));
  expect((await service.call(DeleteRule, { params: { id: 'd' } })).status).toBe(204);
  for (const endpoint of [GetRule, ListRuleVersions, DeleteRule, EnableRule, DisableRule]) {
    const gone = await service.call(endpoint, { params: { id: 'd' } });
    expect([gone.status, gone.problem?.code]).toEqual([404, 'rule.not_found']);
  }
  expect(await service.query(`select 1 from alert.rule_versions where rule_id = 'd'`)).toEqual([]);
});

test('a viewer may read rules and change none', async () => {
  const token = service.tokens.viewer;
  expect((await service.call(ListRules, { token })).status).toBe(200);
  expect((await service.call(EnableRules, { body: {}, token })).status).toBe(403);
});
