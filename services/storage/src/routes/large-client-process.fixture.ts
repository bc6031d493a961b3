// A client that sends and receives large contents as it is told over IPC, in a process of its own: what it costs is not the service's.
import process from 'node:process';
import { createHash, randomBytes } from 'node:crypto';
import { type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { LargeAnswer, LargeOrder } from './large-client.fixture.ts';

const MIB = 1024 ** 2;

/** A connection of its own: one that was kept may have been closed while this process was busy hashing. */
const ALONE = { agent: false } as const;

const block = randomBytes(MIB);

/** Bytes `from` to `to` of a content that no two places of which are alike for long. */
function* contentOf({ from, to }: { readonly from: number; readonly to: number }): Generator<Buffer> {
  for (let at = from; at < to;) {
    const piece = Buffer.from(block.subarray(0, Math.min(MIB / 16, to - at)));
    piece.writeUInt32BE(at >>> 4, 0);
    at += piece.length;
    yield piece;
  }
}

async function sha256Of(content: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of content) hash.update(chunk);
  return hash.digest('hex');
}

async function send({ method, url, token, content }: Extract<LargeOrder, { kind: 'send' }>): Promise<IncomingMessage> {
  const sent = request(url, { ...ALONE, method, headers: { authorization: `Bearer ${token}` } });
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  sent.once('response', resolve).once('error', reject);
  if (content) await pipeline(Readable.from(contentOf(content)), sent);
  else sent.end();
  return promise;
}

/** Says that it sends so many bytes, sends half of them and hangs up. */
async function hangUp({ url, token, bytes }: Extract<LargeOrder, { kind: 'hang up' }>): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-length': String(bytes) };
  const sent = request(url, { ...ALONE, method: 'PUT', headers });
  sent.on('error', () => undefined); // we hang up ourselves
  await new Promise<void>((resolve) => sent.write(Buffer.alloc(bytes / 2), () => resolve()));
  sent.destroy();
}

async function follow(order: LargeOrder): Promise<LargeAnswer> {
  switch (order.kind) {
    case 'hash':
      return { text: await sha256Of(contentOf(order.content)) };
    case 'hang up':
      await hangUp(order);
      return { text: '' };
    case 'send': {
      const answer = await send(order);
      return { status: answer.statusCode, text: await (order.isHashed ? sha256Of(answer) : text(answer)) };
    }
  }
}

process.on('message', (order: LargeOrder) => {
  follow(order).then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.({ text: '', fault: String(error) } satisfies LargeAnswer),
  );
});
