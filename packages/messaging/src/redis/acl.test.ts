import { randomBytes } from 'node:crypto';
import { events, ServiceName } from '@soc/contracts';
import { eventSubscribers } from '@soc/contracts/event-subscribers';
import { waitFor } from '@soc/fleet/testing';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { redisAclFile, redisAclOf, redisUserOf } from './acl.ts';
import { createRedisConnector } from './connector.ts';
import { queuePrefix, retryQueueName, streamKey } from './keys.ts';

const prefix = `test-${randomBytes(6).toString('hex')}`;
const admin = new Redis(inject('redisUrl'));
const keyOf = (type: string): string => streamKey(prefix, type);

type Command = readonly [string, ...string[]];

const urlOf = (service: ServiceName): string => {
  const url = new URL(inject('redisUrl'));
  url.username = redisUserOf(service);
  return url.href;
};

/** What the server says to a service: `allowed`, or how it refuses. */
async function attempt(service: ServiceName, commands: readonly Command[]): Promise<readonly string[]> {
  const redis = new Redis(urlOf(service), { disableClientInfo: true });
  const pipeline = redis.pipeline();
  for (const [name, ...args] of commands) pipeline.call(name, ...args);
  const answers = (await pipeline.exec()) ?? [];
  redis.disconnect();
  return answers.map(([error]) => (error ? (error.message.split(' ')[0] ?? '') : 'allowed'));
}

beforeAll(async () => {
  for (const { type } of events) {
    await admin.xadd(keyOf(type), '1-1', 'frame', 'x');
    for (const group of ServiceName.options) await admin.xgroup('CREATE', keyOf(type), group, '0');
  }
});
afterAll(async () => {
  await admin.del(...events.map(({ type }) => keyOf(type)));
  admin.disconnect();
});

const ofOwner = (key: string): readonly Command[] => [
  ['XADD', key, '*', 'frame', 'x'],
  ['XTRIM', key, 'MINID', '~', '1'],
  ['MEMORY', 'USAGE', key],
];
const ofBoth = (key: string): readonly Command[] => [
  ['XINFO', 'GROUPS', key],
  ['XPENDING', key, 'alert'],
];
const ofSubscriber = (key: string, group: string): readonly Command[] => [
  ['XREADGROUP', 'GROUP', group, 'c', 'COUNT', '1', 'STREAMS', key, '>'],
  ['XACK', key, group, '1-1'],
  ['XAUTOCLAIM', key, group, 'c', '1000', '0'],
  ['XCLAIM', key, group, 'c', '0', '1-1', 'IDLE', '0', 'JUSTID'],
  ['XGROUP', 'CREATE', key, `new-${group}`, '0', 'MKSTREAM'],
  ['XRANGE', key, '-', '+', 'COUNT', '1'],
];
const ofNobody = (key: string, group: string): readonly Command[] => [
  ['DEL', key],
  ['XDEL', key, '1-1'],
  ['XGROUP', 'DESTROY', key, group],
  ['XGROUP', 'SETID', key, group, '$'],
  ['XGROUP', 'CREATECONSUMER', key, group, 'c'],
  ['XGROUP', 'DELCONSUMER', key, group, 'c'],
  ['XINFO', 'CONSUMERS', key, group],
  ['XREAD', 'STREAMS', key, '0'],
  ['XREVRANGE', key, '+', '-', 'COUNT', '1'],
  ['SET', key, 'x'],
  ['EVAL', 'return redis.call("XLEN", KEYS[1])', '1', key],
  ['EVAL', `return redis.call("DEL", "${key}")`, '0'],
];

describe.each(ServiceName.options)('%s', (service) => {
  test.each(events)('may do to $type what its contract says and nothing else', async ({ type, owner }) => {
    const owns = owner === service;
    const hears = eventSubscribers[type]?.includes(service) ?? false;
    const key = keyOf(type);
    const [owners, both, subscribers, nobodys] = [
      ofOwner(key),
      ofBoth(key),
      ofSubscriber(key, service),
      ofNobody(key, service),
    ];
    const said = await attempt(service, [...owners, ...both, ...subscribers, ...nobodys]);
    const expected = (commands: readonly Command[], may: boolean) => commands.map(() => (may ? 'allowed' : 'NOPERM'));
    expect(said.slice(0, -nobodys.length)).toEqual([
      ...expected(owners, owns),
      ...expected(both, owns || hears),
      ...expected(subscribers, hears),
    ]);
    expect(said.slice(-nobodys.length)).not.toContain('allowed');
    expect(await admin.exists(key)).toBe(1);
  });

  test('may neither look around, nor change the server, nor touch what is of others', async () => {
    const others = ServiceName.options.filter((name) => name !== service);
    const commands: readonly Command[] = [
      ['KEYS', '*'],
      ['SCAN', '0'],
      ['RANDOMKEY'],
      ['DBSIZE'],
      ['SELECT', '1'],
      ['FLUSHALL'],
      ['FLUSHDB'],
      ['CONFIG', 'GET', 'maxmemory'],
      ['ACL', 'LIST'],
      ['CLIENT', 'LIST'],
      ['CLIENT', 'KILL', 'TYPE', 'normal'],
      ['SCRIPT', 'FLUSH'],
      ['FUNCTION', 'LIST'],
      ['DEBUG', 'SLEEP', '0'],
      ['MONITOR'],
      ['SHUTDOWN'],
      ['REPLICAOF', 'NO', 'ONE'],
      ['PUBLISH', `${prefix}:another:channel`, 'x'],
      ['SET', `${prefix}:anything`, 'x'],
      ['SET', `other:rate:general:x`, 'x'],
      ...others.flatMap((other): Command[] => [
        ['HGETALL', `${queuePrefix(prefix)}:${retryQueueName(other)}:meta`],
        ['EVAL', 'return 1', '1', `${queuePrefix(prefix)}:${retryQueueName(other)}:wait`],
      ]),
    ];
    // Asked of the server without running them: one that was allowed by mistake would take the tests down.
    const said = await Promise.all(
      commands.map(([name, ...args]) => admin.call('ACL', 'DRYRUN', redisUserOf(service), name, ...args)),
    );
    expect(said.map((answer, index) => [commands[index]?.join(' '), answer === 'OK'])).toEqual(
      commands.map((command) => [command.join(' '), false]),
    );
  });
});

test('a retry queue of BullMQ works as the user of its service', async () => {
  const connector = createRedisConnector({ url: urlOf('intel'), onError: () => undefined });
  const [adding, working] = [connector.command(), connector.waiting()];
  const name = retryQueueName('intel');
  const queue = new Queue(name, { prefix: queuePrefix(prefix), connection: adding });
  let tries = 0;
  const worker = new Worker(
    name,
    async () => {
      tries += 1;
      if (tries === 1) throw new Error('not yet');
    },
    { prefix: queuePrefix(prefix), connection: working, removeOnComplete: { count: 0 } },
  );
  onTestFinished(async () => {
    await worker.close();
    await queue.close();
    for (const redis of [adding, working]) redis.disconnect();
  });
  const errors: string[] = [];
  queue.on('error', (error) => void errors.push(error.message));
  worker.on('error', (error) => void errors.push(error.message));
  const job = await queue.add('x', { some: 'data' }, { jobId: 'one', attempts: 3, delay: 20, backoff: 20 });
  await job.updateData({ other: 'data' });
  await waitFor(() => tries === 2);
  await waitFor(async () => (await queue.getJobCountByTypes('active', 'delayed', 'waiting')) === 0);
  expect(errors).toEqual([]);
});

test('who names no user, or the default one, gets nothing', async () => {
  const url = new URL(inject('redisUrl'));
  url.username = '';
  const nobody = new Redis(url.href, { retryStrategy: () => null, lazyConnect: true });
  nobody.on('error', () => undefined);
  await expect(nobody.connect()).rejects.toThrow();
  expect(await admin.call('ACL', 'GETUSER', 'default')).toEqual(expect.arrayContaining([['off']]));
});

test('the file of users holds no password, and no user for a service without one', () => {
  const text = redisAclFile({
    prefix: 'soc',
    passwords: { alert: 'secret of alert' },
    admin: { user: 'root', password: 'secret of root' },
  });
  expect(text).not.toContain('secret');
  expect(
    text
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[1]),
  ).toEqual(['default', 'root', 'soc_alert']);
  expect(text).toContain(redisAclOf('alert', 'soc').join(' '));
});
