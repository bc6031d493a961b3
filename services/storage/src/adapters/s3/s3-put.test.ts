import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { createS3ObjectStore } from '../s3-object-store.ts';

const PART_BYTES = 1024;

/** Begins and gives up uploads, and takes no part. */
async function startFullServer(): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      if (request.method === 'POST') {
        response.end('<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>');
      } else if (request.method === 'PUT') {
        response.writeHead(403).end('<Error><Code>QuotaExceeded</Code><Message>full</Message></Error>');
      } else {
        response.writeHead(204).end();
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  // A server that listens on TCP has such an address.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a part that the server does not take ends the upload then, not when the rest has been sent', async () => {
  const store = createS3ObjectStore({
    endpoint: await startFullServer(),
    publicEndpoint: undefined,
    region: 'us-east-1',
    bucket: 'evidence',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    isPathStyle: true,
    encryption: 'none',
    kmsKeyId: undefined,
    lockMode: 'COMPLIANCE',
    isLockRequired: true,
    partBytes: PART_BYTES,
  });
  let sent = 0;
  const parts = Readable.from(
    (function* () {
      for (; sent < 1_000; sent++) yield Buffer.alloc(PART_BYTES, sent);
    })(),
    { highWaterMark: 1 },
  );
  const outcome = await store.put(parts, {
    tenantId: 'default',
    name: randomUUID(),
    maxBytes: 1_000 * PART_BYTES,
    idleTimeoutMs: 30_000,
    expectedBytes: undefined,
  });
  expect(outcome).toEqual({ ok: false, refusal: 'no_space' });
  // Those that were on their way when the first was refused, and what had been read ahead of them.
  expect(sent).toBeLessThan(20);
});
