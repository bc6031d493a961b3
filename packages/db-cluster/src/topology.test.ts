import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NodeFacts } from './probe.ts';
import { assess, type Known, type Memory, NOTHING_SEEN } from './topology.ts';

const facts = (one: Partial<NodeFacts>): NodeFacts => ({
  role: 'replica',
  systemId: 'ours',
  instance: String(Math.random()),
  timeline: 1,
  lsn: 0n,
  ...one,
});
const fresh = NOTHING_SEEN;
const name = (node: string): string => node;
const look = (known: Readonly<Record<string, NodeFacts | undefined>>, memory = fresh) =>
  assess(
    Object.entries(known).map(([node, said]) => ({ node, facts: said })),
    memory,
    name,
  );

test('roles are what the servers say, whatever their order', () => {
  const view = look({ a: facts({}), b: facts({ role: 'primary' }), c: undefined });
  expect(view).toMatchObject({ primary: 'b', replicas: ['a'], problem: undefined });
});

test('two primaries: nobody is written to, and both are named', () => {
  const view = look({ a: facts({ role: 'primary' }), b: facts({ role: 'primary', timeline: 2 }) });
  expect(view.primary).toBeUndefined();
  expect(view.problem).toEqual({
    kind: 'two_primaries',
    detail: 'a (timeline 1) and b (timeline 2) both say that they are the primary',
  });
});

test('two addresses of one server are one primary', () => {
  const one = facts({ role: 'primary' });
  expect(look({ a: one, b: one })).toMatchObject({ primary: 'a', replicas: [], problem: undefined });
});

test('a primary on a timeline that has ended is not written to, though it is the only one', () => {
  const { memory } = look({ b: facts({ role: 'primary', timeline: 3 }) });
  const view = look({ a: facts({ role: 'primary', timeline: 2 }) }, memory);
  expect(view).toMatchObject({ primary: undefined, problem: { kind: 'stale_primary' } });
});

test('a replica that has come further than the primary shows that the primary is of old', () => {
  const view = look({ a: facts({ role: 'primary', timeline: 2 }), b: facts({ timeline: 3 }) });
  expect(view).toMatchObject({ primary: undefined, problem: { kind: 'stale_primary' } });
});

test('a server of another cluster is never used, and as a primary stops writing', () => {
  const ours = facts({ role: 'primary' });
  const { memory } = look({ a: ours });
  const replica = look({ a: ours, b: facts({ systemId: 'theirs' }) }, memory);
  expect(replica).toMatchObject({ primary: 'a', replicas: [], foreign: ['b'] });
  const primary = look({ a: ours, b: facts({ systemId: 'theirs', role: 'primary' }) }, memory);
  expect(primary).toMatchObject({ primary: undefined, problem: { kind: 'two_primaries' } });
  const alone = look({ b: facts({ systemId: 'theirs', role: 'primary' }) }, memory);
  expect(alone).toMatchObject({ primary: undefined, problem: { kind: 'no_primary' } });
});

test('a replica of another cluster that answers first keeps nobody from writing once the primary answers', () => {
  const stranger = facts({ systemId: 'theirs', timeline: 7 });
  const first = look({ a: stranger, b: undefined });
  expect(first).toMatchObject({ primary: undefined, memory: { isCertain: false } });
  const view = look({ a: stranger, b: facts({ role: 'primary' }) }, first.memory);
  expect(view).toMatchObject({ primary: 'b', foreign: ['a'], problem: undefined });
  expect(view.memory).toEqual({ systemId: 'ours', isCertain: true, timeline: 1 });
  expect(look({ a: stranger }, view.memory)).toMatchObject({ replicas: [], foreign: ['a'] });
});

const said: fc.Arbitrary<NodeFacts> = fc.record({
  role: fc.constantFrom('primary', 'replica'),
  systemId: fc.constantFrom('ours', 'theirs'),
  instance: fc.constantFrom('1', '2', '3', '4'),
  timeline: fc.integer({ min: 1, max: 4 }),
  lsn: fc.bigInt({ min: 0n, max: 9n }),
});
const cluster: fc.Arbitrary<readonly Known<number>[]> = fc
  .array(fc.option(said, { nil: undefined }), { maxLength: 4 })
  .map((all) => all.map((one, node) => ({ node, facts: one })));

const isRightful = (one: NodeFacts | undefined, { systemId, timeline }: Memory, claims: number): boolean =>
  one?.role === 'primary' && one.systemId === systemId && one.timeline === timeline && claims === 1;

test('through any history, at most one primary is believed, never one behind a timeline that was seen', () => {
  fc.assert(
    fc.property(fc.array(cluster, { maxLength: 6 }), (history) => {
      let memory = fresh;
      for (const known of history) {
        const view = assess(known, memory, String);
        // What a primary has told is kept, and no timeline is forgotten of the cluster it is believed to be.
        const isKept = view.memory.isCertain && view.memory.systemId === memory.systemId;
        expect(!memory.isCertain || isKept).toBe(true);
        const isForgotten = view.memory.systemId === memory.systemId && view.memory.timeline < memory.timeline;
        expect(isForgotten).toBe(false);
        const factsOf = (node: number | undefined) => known.find((one) => one.node === node)?.facts;
        const believed = factsOf(view.primary);
        const claims = new Set(
          known.flatMap((one) =>
            one.facts?.role === 'primary' ? [`${one.facts.systemId} ${one.facts.instance}`] : [],
          ),
        );
        // Nobody, or one who says so, of our cluster, on the latest timeline, with nobody else who says so.
        expect(view.primary === undefined || isRightful(believed, view.memory, claims.size)).toBe(true);
        expect((view.primary === undefined) === (view.problem !== undefined)).toBe(true);
        for (const replica of view.replicas) {
          expect(factsOf(replica)).toMatchObject({ role: 'replica', systemId: view.memory.systemId });
        }
        memory = view.memory;
      }
    }),
    { numRuns: 2_000 },
  );
});
