import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Tx } from '@soc/db-cluster';
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import {
  aCorrelation,
  aMatch,
  correlationsOf,
  LATENESS_MS,
  type Replica,
  startReplica,
} from './correlation-replica.fixture.ts';
import { createCorrelationWindowRepository } from './correlation-window-repository.ts';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { alertService } from './app.ts';

const DYING = fileURLToPath(new URL('dying-replica-process.fixture.ts', import.meta.url));
const SPAN_MS = 600_000;
/** The beginning of a span. */
const T0 = Math.floor(Date.parse('2026-03-01T08:00:00Z') / SPAN_MS) * SPAN_MS;

let service: TestService;
let clockMs: number;
let one: Replica;
let other: Replica;

beforeAll(async () => {
  service = await startTestService(alertService);
});
afterAll(() => service.close());
beforeEach(async () => {
  await service.query('delete from alert.correlation_windows');
  clockMs = T0 + SPAN_MS;
  const url = service.env['DATABASE_URL'] ?? '';
  [one, other] = [startReplica(url, () => new Date(clockMs)), startReplica(url, () => new Date(clockMs))];
});
afterEach(async () => {
  await Promise.all([one.close(), other.close()]);
});

const firingsOf = (results: readonly { readonly firings: readonly { readonly group: { readonly key: string } }[] }[]) =>
  results.flatMap(({ firings }) => firings.map(({ group }) => group.key));

test('two replicas share one window: what each sees a part of fires once', async () => {
  const many = correlationsOf(aCorrelation({ bounds: [{ operator: 'gte', value: 40 }] }));
  const matches = Array.from({ length: 60 }, (_, index) => aMatch(`e${index}`, T0 + ((index * 37) % 60) * 1_000));
  const halves = [matches.slice(0, 30), matches.slice(30)];
  const results = await Promise.all(
    [one, other].flatMap((replica, half) =>
      Array.from({ length: 6 }, (_, part) =>
        replica.correlate(many, halves[half]?.slice(part * 5, part * 5 + 5) ?? []),
      ),
    ),
  );
  expect(firingsOf(results)).toEqual(['[["ann"]]']);
});

test('events that both replicas are given count once', async () => {
  const correlations = correlationsOf(aCorrelation());
  const two = [aMatch('e1', T0), aMatch('e2', T0 + 1)];
  const results = await Promise.all([one.correlate(correlations, two), other.correlate(correlations, two)]);
  expect(firingsOf([...results, await one.correlate(correlations, two)])).toEqual([]);
  expect(firingsOf([await other.correlate(correlations, [...two, aMatch('e3', T0 + 2)])])).toHaveLength(1);
});

test('replicas that meet over the same groups in opposite order do not deadlock', async () => {
  const correlations = correlationsOf(aCorrelation({ bounds: [{ operator: 'gte', value: 4 }] }));
  const users = Array.from({ length: 30 }, (_, index) => `user${index}`);
  const round = (name: string, order: readonly string[]) =>
    order.map((user, index) => aMatch(`${name} ${user}`, T0 + index, user));
  const results = await Promise.all([
    one.correlate(correlations, round('1', users)),
    other.correlate(correlations, round('2', users.toReversed())),
    one.correlate(correlations, round('3', users.toReversed())),
    other.correlate(correlations, round('4', users)),
  ]);
  expect(firingsOf(results)).toHaveLength(users.length);
});

test('a bulk takes two statements a level, whatever its matches and groups', async () => {
  const outer = aCorrelation({ id: 'outer', rules: ['many'], groupBy: [], bounds: [{ operator: 'gte', value: 50 }] });
  const correlations = correlationsOf(aCorrelation(), outer);
  const matches = Array.from({ length: 600 }, (_, index) => aMatch(`e${index}`, T0 + index, `user${index % 100}`));
  const texts: string[] = [];
  const { correlateMatches } = one;
  await one.db.tx(async (tx) => {
    const counting: Tx = {
      ...tx,
      query: (statement) => {
        texts.push(statement.text);
        return tx.query(statement);
      },
    };
    const { firings } = await correlateMatches(counting, [{ tenantId: 'default', correlations, matches }]);
    // `many` is counted by another and not told by itself.
    expect(firings.map(({ rule, measured }) => [rule.id, measured])).toEqual([['outer', 50]]);
  });
  expect(texts).toHaveLength(4);
});

test('a window survives kill -9: what was committed counts, what was not is forgotten and holds no lock', async () => {
  const child = spawn(process.execPath, [DYING], {
    env: { ...process.env, DATABASE_URL: service.env['DATABASE_URL'], AT_MS: String(T0) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  const correlations = correlationsOf(aCorrelation());
  expect(firingsOf([await one.correlate(correlations, [aMatch('third', T0 + 2)])])).toEqual([]);
  const { firings } = await other.correlate(correlations, [aMatch('open', T0 + 1)]);
  expect(firings).toMatchObject([{ eventIds: ['committed', 'open', 'third'], events: 3 }]);
});

test('values that no database can keep are counted all the same', async () => {
  const values = correlationsOf(
    aCorrelation({ type: 'value_count', valueFields: ['User'] }),
    aCorrelation({ id: 'outer', rules: ['many'], bounds: [{ operator: 'gte', value: 1 }] }),
    aCorrelation({ id: 'all', groupBy: [] }),
  );
  const hostile = (text: string) => `${text}\0 \ud800 "\\u0000' \u2028`;
  const matches = ['e1', 'e2', 'e3'].map((id, index) => aMatch(hostile(id), T0 + index, hostile('ann')));
  const { firings } = await one.correlate(values, matches);
  expect(firings.map(({ rule }) => rule.id)).toEqual(['all']);
  expect((await other.correlate(values, matches)).firings).toEqual([]);
});

test('what is too late is told after the commit, and an event from the future makes no other late', async () => {
  const correlations = correlationsOf(aCorrelation());
  await one.correlate(correlations, [aMatch('future', clockMs + 86_400_000), aMatch('now', clockMs)]);
  await other.correlate(correlations, [aMatch('late', clockMs - 1)]);
  await expect(
    other.correlate(correlations, [aMatch('later', 0)], () => Promise.reject(new Error('rolled back'))),
  ).rejects.toThrow('rolled back');
  expect([...one.told, ...other.told].map(({ late }) => late)).toEqual([0, 0]);
  await other.correlate(correlations, [aMatch('later', 0)]);
  expect(other.told.at(-1)?.late).toBe(1);
});

test('a rule that waits is judged once, by one of the replicas, when nothing has come for the lateness', async () => {
  const exactlyTwo = correlationsOf(aCorrelation({ bounds: [{ operator: 'eq', value: 2 }] }));
  await one.correlate(exactlyTwo, [aMatch('e1', T0), aMatch('e2', T0 + 1)]);
  expect(await other.settle(exactlyTwo)).toBeUndefined();
  clockMs += LATENESS_MS;
  const results = await Promise.all([one.settle(exactlyTwo), other.settle(exactlyTwo)]);
  expect(firingsOf(results.flatMap((result) => result ?? []))).toEqual(['[["ann"]]']);
  expect(await one.settle(exactlyTwo)).toBeUndefined();
});

test('a window of a rule that has changed or is gone is not judged, and a changed rule begins anew', async () => {
  const before = correlationsOf(aCorrelation({ bounds: [{ operator: 'eq', value: 2 }] }));
  await one.correlate(before, [aMatch('e1', T0), aMatch('e2', T0)]);
  clockMs += LATENESS_MS;
  const after = correlationsOf(aCorrelation({ bounds: [{ operator: 'gte', value: 2 }] }));
  expect(await other.settle(after)).toMatchObject({ firings: [] });
  expect(await other.settle(after)).toBeUndefined();
  expect(firingsOf([await other.correlate(after, [aMatch('e3', T0 + 1)])])).toEqual([]);
});

test('a replica that has not loaded a rule yet leaves its windows to those that have', async () => {
  const exactlyOne = correlationsOf(aCorrelation({ bounds: [{ operator: 'eq', value: 1 }] }));
  await one.correlate(exactlyOne, [aMatch('e1', T0)]);
  clockMs += LATENESS_MS;
  expect(await other.settle(correlationsOf(), false)).toBeUndefined();
  expect(firingsOf([(await one.settle(exactlyOne)) ?? { firings: [] }])).toEqual(['[["ann"]]']);
});

test('forgetting windows waits for none that is in use, and forgets the others', async () => {
  const windows = createCorrelationWindowRepository();
  const correlations = correlationsOf(aCorrelation());
  await one.correlate(correlations, [aMatch('e1', T0, 'ann'), aMatch('e2', T0, 'bob')]);
  clockMs += 86_400_000;
  await one.correlate(correlations, [aMatch('e3', T0, 'bob')], () =>
    windows.prune(other.db.write, new Date(clockMs + 1)),
  );
  const left = await service.query('select group_name from alert.correlation_windows');
  expect(left).toMatchObject([{ group_name: { values: ['bob'] } }]);
});

test('a window that no event can meet any more is forgotten, others are not', async () => {
  const windows = createCorrelationWindowRepository();
  const correlations = correlationsOf(aCorrelation({ timespanMs: 2 * 3_600_000 }));
  await one.correlate(correlations, [aMatch('e1', T0), aMatch('e2', T0 + 1)]);
  clockMs += 2 * 3_600_000;
  await windows.prune(one.db.write, new Date(clockMs));
  expect(firingsOf([await one.correlate(correlations, [aMatch('e3', T0 + 2)])])).toHaveLength(1);
  clockMs += 2 * 3_600_000 + LATENESS_MS + 1;
  await windows.prune(one.db.write, new Date(clockMs));
  expect(await service.query('select from alert.correlation_windows')).toEqual([]);
});
