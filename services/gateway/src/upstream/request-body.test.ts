import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { takeBody } from './request-body.ts';

const patience = { heldMs: 100, silentMs: 100 };

/** Sends the head of a chunked request and one piece of its body, then nothing more. */
async function sendAndFallSilent(take: (request: IncomingMessage) => Promise<void>): Promise<void> {
  const server = createServer((request) => void take(request));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server's address has a port.
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => undefined);
  client.write('POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n');
  await once(client, 'close');
  server.close();
}

test('a streamed body that falls silent is given up as its client leaving', async () => {
  let reason = '';
  await sendAndFallSilent(async (request) => {
    const body = await takeBody(request, { mustBeHeld: false, limitBytes: Number.POSITIVE_INFINITY, patience });
    if (body === undefined || body === 'too_large' || body.kind !== 'streamed') throw new Error('not streamed');
    await text(body.stream).catch((error: unknown) => (reason = String(error)));
  });
  expect(reason).toContain('the client left');
});

test('a held body that does not come in time is given up', async () => {
  const taken: unknown[] = [];
  await sendAndFallSilent(async (request) => {
    taken.push(await takeBody(request, { mustBeHeld: true, limitBytes: Number.POSITIVE_INFINITY, patience }));
  });
  expect(taken).toEqual([undefined]);
});

test('a client is not blamed for an instance that reads slowly', async () => {
  const megabytes = 4;
  const received = Promise.withResolvers<number>();
  const server = createServer((request, response) => {
    const read = async (): Promise<void> => {
      const body = await takeBody(request, { mustBeHeld: false, limitBytes: Number.POSITIVE_INFINITY, patience });
      if (body === undefined || body === 'too_large' || body.kind !== 'streamed') throw new Error('not streamed');
      await pause(4 * patience.silentMs);
      received.resolve((await text(body.stream)).length);
      response.end();
    };
    read().catch(received.reject);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server's address has a port.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await fetch(url, { method: 'POST', body: 'x'.repeat(megabytes * 2 ** 20) });
  expect(await received.promise).toBe(megabytes * 2 ** 20);
  server.closeAllConnections();
  server.close();
});

test('small bodies that came with their heads are taken at once, each whole, and the connection goes on', async () => {
  const taken: unknown[] = [];
  const server = createServer((request, response) => {
    // The body is parsed after the head, and who waits for nothing has not got it yet.
    void Promise.resolve().then(() => {
      const body = takeBody(request, { mustBeHeld: true, limitBytes: 1_000, patience });
      taken.push('kind' in body && body.kind === 'held' ? body.bytes.toString() : body);
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server's address has a port.
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const post = (body: string) => `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  client.write(post('one') + post('another'));
  await expect.poll(() => taken).toEqual(['one', 'another']);
  client.write(post('a third'));
  await expect.poll(() => taken).toEqual(['one', 'another', 'a third']);
  client.destroy();
  server.close();
});
