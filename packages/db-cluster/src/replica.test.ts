import { expect, test } from 'vitest';
import { chooseReplica, type ReplicaState } from './replica.ts';

const replica = (facts: Partial<ReplicaState>): ReplicaState => ({
  url: '',
  // Choosing never touches the pool.
  pool: undefined as never,
  usable: true,
  replayedLsn: 100n,
  lagBytes: 0,
  inFlight: 0,
  ...facts,
});
const bounds = { maxLagBytes: 1_000 };

test('the least busy replica answers', () => {
  const busy = replica({ inFlight: 3 });
  const free = replica({ inFlight: 1 });
  expect(chooseReplica([busy, free], bounds)).toBe(free);
});

test('a replica that is away, too far behind, or has not replayed the write is passed over', () => {
  expect(chooseReplica([replica({ usable: false })], bounds)).toBeUndefined();
  expect(chooseReplica([replica({ lagBytes: 1_001 })], bounds)).toBeUndefined();
  expect(chooseReplica([replica({})], { ...bounds, atLeast: 101n })).toBeUndefined();
  expect(chooseReplica([replica({})], { ...bounds, atLeast: 100n })).toBeDefined();
});
