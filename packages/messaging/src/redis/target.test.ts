import { expect, test } from 'vitest';
import { parseRedisUrl, RedisUrlError } from './target.ts';

test.each([
  ['redis://localhost', { kind: 'single', usesTls: false, endpoint: { host: 'localhost', port: 6379 }, database: 0 }],
  [
    'rediss://:p%40ss%2Fword@[::1]:7000/3',
    { kind: 'single', usesTls: true, password: 'p@ss/word', endpoint: { host: '::1', port: 7000 }, database: 3 },
  ],
  [
    'redis+sentinel://soc_alert:secret@a:26379,b/soc%20master',
    {
      kind: 'sentinel',
      usesTls: false,
      username: 'soc_alert',
      password: 'secret',
      sentinels: [
        { host: 'a', port: 26_379 },
        { host: 'b', port: 26_379 },
      ],
      masterName: 'soc master',
    },
  ],
  [
    'rediss+cluster://u:p:q@10.0.0.1:7000,10.0.0.2:7001',
    {
      kind: 'cluster',
      usesTls: true,
      username: 'u',
      password: 'p:q',
      nodes: [
        { host: '10.0.0.1', port: 7000 },
        { host: '10.0.0.2', port: 7001 },
      ],
    },
  ],
])('%s says where Redis is', (url, target) => {
  expect(parseRedisUrl(url)).toEqual(target);
});

test.each([
  ['', 'is none of'],
  ['http://localhost', 'is none of'],
  ['redis://', 'is none of'],
  ['redis://localhost?family=6', 'is none of'],
  ['redis+proxy://localhost', 'is none of'],
  ['redis://hunter2@localhost', 'a user without a password'],
  ['redis://soc:@localhost', 'a user without a password'],
  ['redis://:%zz@localhost', 'no percent-encoding'],
  ['redis://a,b', 'several hosts'],
  ['redis://a/first', 'no number of a database'],
  ['redis://a:99999', 'from 1 to 65535'],
  ['redis://a:0', 'from 1 to 65535'],
  ['redis://::1:7000', 'not of the form host:port'],
  ['redis+sentinel://a,b', 'the name of the master'],
  ['redis+sentinel://a,,b/m', 'not of the form host:port'],
  ['redis+cluster://a,b/3', 'neither databases nor'],
])('%s is refused, and told why without its secrets', (url, reason) => {
  const parse = () => parseRedisUrl(url);
  expect(parse).toThrow(RedisUrlError);
  expect(parse).toThrow(reason);
  expect(parse).not.toThrow('hunter2');
});
