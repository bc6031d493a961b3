import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRedisConnector, type RedisAccess } from '@soc/messaging/redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { takeFreePorts } from '../testing/free-ports.ts';
import { prepareRedisNode, type RedisNode } from '../testing/redis/redis-node.ts';
import { makeTemporaryDirectory } from '../testing/temporary-directory.ts';
import { createCertificateAuthority } from '../tls/certificate-authority.ts';

const now = new Date();
const authority = createCertificateAuthority('Redis of the tests', now);
/** By this address alone: `localhost` is another name of the same server. */
const server = authority.issue({ commonName: 'redis', hosts: ['127.0.0.1'], now });
const client = authority.issue({ commonName: 'soc_alert', now });

let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
let open: RedisNode;
let closed: RedisNode;

beforeAll(async () => {
  directory = await makeTemporaryDirectory('redis-tls');
  const keep = async (name: string, pem: string): Promise<string> => {
    const path = join(directory.path, name);
    await writeFile(path, pem);
    return path;
  };
  const files = [
    `tls-ca-cert-file ${await keep('ca.pem', authority.certificate)}`,
    `tls-cert-file ${await keep('redis.pem', server.certificate)}`,
    `tls-key-file ${await keep('redis.key', server.key)}`,
  ];
  const [first, second = 0] = await takeFreePorts(2);
  const nodeOn = (port: number, ...lines: readonly string[]) =>
    prepareRedisNode({
      directory: directory.path,
      port,
      ca: authority.certificate,
      clientCertificate: client,
      lines: ['port 0', `tls-port ${port}`, ...files, ...lines],
    });
  open = await nodeOn(first, 'tls-auth-clients no');
  closed = await nodeOn(second, 'tls-auth-clients yes');
  await Promise.all([open.start(), closed.start()]);
});
afterAll(async () => {
  await Promise.all([open.stop(), closed.stop()]);
  await directory[Symbol.asyncDispose]();
});

/** `PONG`, or the first reason why there is none. */
async function ping(url: string, access: RedisAccess): Promise<string> {
  const reasons: string[] = [];
  const redis = createRedisConnector({ url, access, onError: ({ message }) => void reasons.push(message) }).command();
  try {
    return await redis.ping();
  } catch (error) {
    return reasons[0] ?? String(error);
  } finally {
    redis.disconnect();
  }
}

const trusted = { ca: authority.certificate };

test('a server is accepted under a host its certificate names, by those who trust its authority', async () => {
  expect(await ping(`rediss://127.0.0.1:${open.port}`, trusted)).toBe('PONG');
});

test('a certificate for another host is refused', async () => {
  expect(await ping(`rediss://localhost:${open.port}`, trusted)).toContain('does not match');
});

test('a certificate of another authority is refused, whatever the environment says', async () => {
  const stranger = createCertificateAuthority('Redis of the tests', now);
  const url = `rediss://127.0.0.1:${open.port}`;
  expect(await ping(url, { ca: stranger.certificate })).toMatch(/certificate/);
  expect(await ping(url, {})).toMatch(/certificate/);
});

test('a plain connection to a server that speaks TLS only gets no answer', async () => {
  expect(await ping(`redis://127.0.0.1:${open.port}`, {})).not.toBe('PONG');
});

test('a server that asks for a client certificate accepts one of its authority only', async () => {
  const url = `rediss://127.0.0.1:${closed.port}`;
  expect(await ping(url, { ...trusted, ...client })).toBe('PONG');
  expect(await ping(url, trusted)).not.toBe('PONG');
  const stranger = createCertificateAuthority('another', now).issue({ commonName: 'soc_alert', now });
  expect(await ping(url, { ...trusted, ...stranger })).not.toBe('PONG');
});
