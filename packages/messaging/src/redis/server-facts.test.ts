import { expect, test } from 'vitest';
import { readServerFacts } from './server-facts.ts';
import { judgeServers } from './suitability.ts';

const info = (lines: Readonly<Record<string, string | number>>): string =>
  ['# Server', ...Object.entries(lines).map(([name, value]) => `${name}:${value}`), ''].join('\r\n');
const facts = (lines: Readonly<Record<string, string | number>>) =>
  readServerFacts(info({ role: 'master', maxmemory_policy: 'noeviction', aof_enabled: 1, ...lines }));
const strict = { eviction: false, noPersistence: false };

test('what a server says of itself is read, and its replicas with it', () => {
  const said = facts({
    connected_slaves: 2,
    slave0: 'ip=10.0.0.2,port=6379,state=online,offset=1,lag=0',
    slave1: 'ip=fd00::3,port=6380,state=wait_bgsave,offset=0,lag=0',
    used_memory: 1_000,
    maxmemory: 4_000,
    aof_last_write_status: 'err',
  });
  expect(said).toEqual({
    role: 'master',
    connectedReplicas: 2,
    usedMemoryBytes: 1_000,
    maxMemoryBytes: 4_000,
    maxMemoryPolicy: 'noeviction',
    persistence: 'append_only_file',
    writesFail: true,
    replicas: [
      { host: '10.0.0.2', port: 6379 },
      { host: 'fd00::3', port: 6380 },
    ],
  });
});

test('one server that evicts is a reason not to start, unless that is allowed', () => {
  const servers = [facts({}), facts({ role: 'slave', maxmemory_policy: 'allkeys-lru' })];
  const reason = /maxmemory-policy is allkeys-lru/;
  expect(judgeServers(servers, strict)).toEqual({ refusals: [expect.stringMatching(reason)], warnings: [] });
  const allowing = judgeServers(servers, { ...strict, eviction: true });
  expect(allowing).toEqual({ refusals: [], warnings: [expect.stringMatching(reason)] });
});

test('a server that keeps nothing, or snapshots only, is warned of, unless that is allowed', () => {
  const [none, snapshots] = [facts({ aof_enabled: 0, rdb_saves: 0 }), facts({ aof_enabled: 0, rdb_saves: 3 })];
  expect(judgeServers([facts({})], strict).warnings).toEqual([]);
  expect(judgeServers([facts({}), none], strict).warnings).toEqual([expect.stringMatching('nothing on disk')]);
  expect(judgeServers([snapshots], strict).warnings).toEqual([expect.stringMatching('snapshots only')]);
  expect(judgeServers([none, snapshots], { ...strict, noPersistence: true }).warnings).toEqual([]);
});
