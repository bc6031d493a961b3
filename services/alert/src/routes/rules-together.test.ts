import type { ImportOutcome } from '@soc/contracts/alert/rule-import';
import { TestRule } from '@soc/contracts/alert/rule-trials';
import { DeleteRule, DisableRule, EnableRule, EnableRules, ListRules } from '@soc/contracts/alert/rules';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertService } from '../app.ts';
import { correlationText, importRules, ruleText } from '../rules.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(alertService);
});
afterAll(() => service.close());

const filterText = (id: string, rules: string): string =>
  `title: ${id} sees no scanner
id: ${id}
logsource:
  product: windows
filter:
  rules: ${rules}
  selection:
    CommandLine|contains: scanner
  condition: not selection
`;

const told = ({ documents }: ImportOutcome) => documents.map(({ id, outcome, reason }) => [id, outcome, reason]);

const idsOf = async (q: string): Promise<readonly (readonly [string, boolean, number])[]> => {
  const { body } = await service.call(ListRules, { query: { q } });
  return body.items.map(({ id, enabled, version }) => [id, enabled, version] as const);
};

/** Whether a rule tells of an event that the filters above are about. */
const seesScanner = async (id: string): Promise<boolean | undefined> => {
  const event = { EventID: 1, Channel: 'Microsoft-Windows-Sysmon/Operational', CommandLine: 'mimikatz scanner' };
  const { body } = await service.call(TestRule, { params: { id }, body: { events: [event] } });
  return body.verdicts[0]?.matched;
};

test('two filters with one id, or with that of a rule, cost only the second', async () => {
  const texts = [
    ruleText({ id: 'o-1', title: 'One' }),
    filterText('o-f', '[o-1]'),
    filterText('o-f', '[o-1]'),
    filterText('o-1', 'any'),
  ];
  const outcome = await importRules(service, texts.join('---\n'));
  expect(outcome).toMatchObject({ loaded: 2, refused: 2 });
  expect(told(outcome).map(([id, how]) => [id, how])).toEqual([
    ['o-f', 'refused'],
    ['o-1', 'refused'],
    ['o-1', 'loaded'],
    ['o-f', 'loaded'],
  ]);
});

test('rules without an id stay the ones they are when a filter or a correlation is read beside them', async () => {
  const text = ruleText({ title: 'Nameless' }).replace(/^id:.*$/m, 'name: nameless');
  await importRules(service, text, { enabled: false });
  const [id = ''] = (await idsOf('nameless'))[0] ?? [];
  await importRules(service, filterText('n-f', '[nameless]'));
  await importRules(service, correlationText({ id: 'n-c', title: 'Counts it', counts: 'nameless', gte: 2 }));
  expect(await idsOf('nameless')).toEqual([[id, false, 2]]);
  expect(await seesScanner(id)).toBe(false);
  expect((await service.call(DeleteRule, { params: { id } })).problem?.detail).toBe('counted by Counts it');
  expect(await importRules(service, text)).toMatchObject({ unchanged: 1, documents: [{ id }] });
});

test('a correlation without an id is known again when it comes anew', async () => {
  await importRules(service, ruleText({ id: 'k-1', title: 'Counted' }));
  const text = correlationText({ id: 'k-c', title: 'Counting', counts: 'k-1', gte: 2 }).replace(/^id:.*\n/m, '');
  const { documents } = await importRules(service, text);
  expect(await importRules(service, text)).toMatchObject({ unchanged: 1, documents: [{ id: documents[0]?.id }] });
});

test('a filter narrows while it is enabled, and not before', async () => {
  await importRules(service, ruleText({ id: 's-1', title: 'Switched' }));
  const text = filterText('s-f', '[s-1]');
  expect(await importRules(service, text, { enabled: false })).toMatchObject({ loaded: 1 });
  expect(await seesScanner('s-1')).toBe(true);
  expect((await service.call(EnableRule, { params: { id: 's-f' } })).body).toMatchObject({ enabled: true });
  expect(await seesScanner('s-1')).toBe(false);
  await service.call(DisableRule, { params: { id: 's-f' } });
  expect(await seesScanner('s-1')).toBe(true);
  // That it comes anew, with what it would narrow, changes nothing about that.
  await importRules(service, `${text}---\n${ruleText({ id: 's-1', title: 'Switched, better' })}`);
  expect(await seesScanner('s-1')).toBe(true);
  const which = { body: { q: 's-f' } };
  expect((await service.call(EnableRules, which)).body).toEqual({ matched: 1, changed: 1 });
  expect(await seesScanner('s-1')).toBe(false);
});

test('a rule that no engine can run is refused with the reason, and what counts it as well', async () => {
  const ahead = ruleText({ id: 'u-1', title: 'Looks ahead' }).replace(
    "CommandLine|contains: 'mimikatz'",
    "CommandLine|re: '(?=x)y'",
  );
  const counting = correlationText({ id: 'u-c', title: 'Counts what looks ahead', counts: 'u-1', gte: 2 });
  const outcome = await importRules(service, [counting, ahead, ruleText({ id: 'u-2', title: 'Good' })].join('---\n'));
  expect(outcome).toMatchObject({ loaded: 1, refused: 2 });
  expect(told(outcome)).toEqual([
    ['u-1', 'refused', expect.stringContaining('(?=')],
    ['u-c', 'refused', expect.stringMatching(/^it counts Looks ahead: .*\(\?=/)],
    ['u-2', 'loaded', null],
  ]);
  expect(await idsOf('u-1')).toEqual([]);
});

test('correlations and filters are read beside the stored rules however their YAML is written', async () => {
  await importRules(service, ruleText({ id: 'y-1', title: 'Stored' }));
  const flow = `{"title": "Flow", "id": "y-c", "correlation": {"type": "event_count", "rules": ["y-1"], "timespan": "1m", "condition": {"gte": 2}}}`;
  expect(told(await importRules(service, flow))).toEqual([['y-c', 'loaded', null]]);
  const quoted = filterText('y-f', '[y-1]').replace('filter:', '"filter":');
  expect(told(await importRules(service, quoted))).toEqual([['y-f', 'loaded', null]]);
});
