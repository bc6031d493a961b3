import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeTemporaryDirectory } from '../testing/temporary-directory.ts';
import { keepAuthority, keepServerCertificate } from './kept-certificates.ts';

const now = new Date('2026-01-01T00:00:00Z');
const hosts = ['127.0.0.1', 'localhost'];

async function makeDirectory(): Promise<string> {
  const directory = await makeTemporaryDirectory('tls');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  return directory.path;
}

test('authority and certificates stay the same from start to start', async () => {
  const directory = await makeDirectory();
  const start = async () => {
    const authority = await keepAuthority(directory, now);
    return [authority.certificate, await keepServerCertificate(directory, authority, { commonName: 'pg', hosts, now })];
  };
  const first = await start();
  expect(await start()).toEqual(first);
  expect(await readFile(join(directory, 'authority.pem'), 'utf8')).toBe(first[0]);
});

test.each([
  ['it nears its end', { hosts, now: new Date('2028-03-01T00:00:00Z') }],
  ['the server is reached by another name', { hosts: [...hosts, 'db.example'], now }],
])('a certificate is made anew when %s', async (_, change) => {
  const directory = await makeDirectory();
  const authority = await keepAuthority(directory, now);
  const first = await keepServerCertificate(directory, authority, { commonName: 'pg', hosts, now });
  const second = await keepServerCertificate(directory, authority, { commonName: 'pg', ...change });
  expect(second.certificate).not.toBe(first.certificate);
  expect(new X509Certificate(second.certificate).checkHost('localhost')).toBe('localhost');
});

test('a certificate of another authority is not kept', async () => {
  const directory = await makeDirectory();
  const server = { commonName: 'pg', hosts, now };
  const first = await keepServerCertificate(directory, await keepAuthority(await makeDirectory(), now), server);
  const own = await keepAuthority(directory, now);
  const second = await keepServerCertificate(directory, own, server);
  expect(second.certificate).not.toBe(first.certificate);
  expect(new X509Certificate(second.certificate).verify(new X509Certificate(own.certificate).publicKey)).toBe(true);
});
