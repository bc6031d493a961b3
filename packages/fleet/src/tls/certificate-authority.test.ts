import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:tls';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { makeTemporaryDirectory } from '../testing/temporary-directory.ts';
import { createCertificateAuthority, openCertificateAuthority } from './certificate-authority.ts';

const run = promisify(execFile);
const now = new Date();
const authority = createCertificateAuthority('Tests of the SOC fleet', now);
const server = authority.issue({
  commonName: 'redis',
  hosts: ['localhost', 'redis.soc', '127.0.0.1', '::1', 'fd00::12:0:1'],
  now,
});

/** Shakes hands with a TLS server of that certificate under a host name; resolves with how it ended. */
async function handshake(servername: string, ca: string): Promise<string> {
  const listener = createServer({ cert: server.certificate, key: server.key });
  listener.on('tlsClientError', () => undefined);
  listener.listen(0, '127.0.0.1');
  onTestFinished(() => void listener.close());
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo; // listens on TCP
  const socket = connect({ host: '127.0.0.1', port, servername, ca });
  const outcome = await once(socket, 'secureConnect').then(
    () => 'accepted',
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
  );
  socket.destroy();
  return outcome;
}

test('a client that trusts the authority accepts its server under its names, and nothing else', async () => {
  expect(await handshake('redis.soc', authority.certificate)).toBe('accepted');
  expect(await handshake('postgres.soc', authority.certificate)).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  const stranger = createCertificateAuthority('Tests of the SOC fleet', now);
  expect(await handshake('redis.soc', stranger.certificate)).not.toBe('accepted');
});

test('a certificate names the hosts and addresses it is for, and its issuer', () => {
  const certificate = new X509Certificate(server.certificate);
  expect(certificate.checkHost('redis.soc')).toBe('redis.soc');
  for (const address of ['127.0.0.1', '::1', 'fd00::12:0:1']) expect(certificate.checkIP(address)).toBe(address);
  expect(certificate.checkIP('127.0.0.2')).toBeUndefined();
  expect([certificate.ca, new X509Certificate(authority.certificate).ca]).toEqual([false, true]);
  expect(certificate.checkIssued(new X509Certificate(authority.certificate))).toBe(true);
});

test('an authority that was kept issues certificates as before; a foreign key is refused', () => {
  const reopened = openCertificateAuthority({ certificate: authority.certificate, key: authority.key });
  const client = new X509Certificate(reopened.issue({ commonName: 'soc_alert', now }).certificate);
  expect(client.subject).toBe('CN=soc_alert');
  expect(client.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
  const { key } = createCertificateAuthority('another', now);
  expect(() => openCertificateAuthority({ certificate: authority.certificate, key })).toThrow(
    'the key is not that of its certificate',
  );
});

test('openssl finds nothing wrong with it, however strictly it looks', async () => {
  const directory = await makeTemporaryDirectory('tls');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const [caFile, certFile] = [join(directory.path, 'ca.pem'), join(directory.path, 'server.pem')];
  await writeFile(caFile, authority.certificate);
  // One that outlives 2049, when the form of dates changes, is accepted as well.
  for (const { certificate } of [
    server,
    authority.issue({ commonName: 'late', hosts: ['a'], now, validDays: 20_000 }),
  ]) {
    await writeFile(certFile, certificate);
    const { stdout } = await run('openssl', [
      'verify',
      '-x509_strict',
      '-purpose',
      'sslserver',
      '-CAfile',
      caFile,
      certFile,
    ]);
    expect(stdout).toContain('OK');
  }
});
