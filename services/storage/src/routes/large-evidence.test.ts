import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { EvidenceObject } from '@soc/contracts/storage/objects';
import { CompleteUpload, GetUpload, StartUpload } from '@soc/contracts/storage/uploads';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { expect, onTestFinished, test } from 'vitest';
import { storageService } from '../app.ts';
import { type LargeStore, largeStores } from './large-stores.fixture.ts';

/** 5 GiB with `SOC_TEST_FULL=1`: some minutes, and as much room on the disk twice over. */
const IS_FULL = process.env['SOC_TEST_FULL'] === '1';
const BYTES = IS_FULL ? 5 * 1024 ** 3 : 40 * 1024 ** 2;
const MEMORY_MAY_GROW_BY_BYTES = 64 * 1024 ** 2;
const MIB = 1024 ** 2;
const WITHIN_MS = IS_FULL ? 1_800_000 : 240_000;

/** A connection of its own: one that was kept may have been closed while this process was busy hashing. */
const ALONE = { agent: false } as const;

const block = randomBytes(MIB);

/** Bytes `from` to `to` of a content that no two places of which are alike for long. */
function* contentOf(from: number, to: number): Generator<Buffer> {
  for (let at = from; at < to;) {
    const piece = Buffer.from(block.subarray(0, Math.min(MIB / 16, to - at)));
    piece.writeUInt32BE(at >>> 4, 0);
    at += piece.length;
    yield piece;
  }
}

function sha256Of(bytes: number): string {
  const hash = createHash('sha256');
  for (const piece of contentOf(0, bytes)) hash.update(piece);
  return hash.digest('hex');
}

/** A real connection, past the test harness, which would hold the whole body. */
async function send(service: TestService, method: string, path: string, body?: Readable): Promise<IncomingMessage> {
  const headers = { authorization: `Bearer ${service.tokens.admin}` };
  const sent = request(`${service.url}/api/v1/storage${path}`, { ...ALONE, method, headers });
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  sent.once('response', resolve).once('error', reject);
  if (body) await pipeline(body, sent);
  else sent.end();
  return promise;
}

/** Sends half of a part and hangs up. */
async function cutInTheMiddle(service: TestService, path: string, partBytes: number): Promise<void> {
  const headers = { authorization: `Bearer ${service.tokens.admin}`, 'content-length': String(partBytes) };
  const sent = request(`${service.url}/api/v1/storage${path}`, { ...ALONE, method: 'PUT', headers });
  sent.on('error', () => undefined); // we hang up ourselves
  await new Promise<void>((resolve) => sent.write(Buffer.alloc(partBytes / 2), () => resolve()));
  sent.destroy();
}

/** How far the resident memory of this process, service and client in one, rises above what it was before. */
async function growthDuring(work: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage.rss();
  let highest = before;
  const watching = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage.rss());
  }, 50);
  try {
    await work();
  } finally {
    clearInterval(watching);
  }
  return highest - before;
}

async function sha256Received(content: Readable): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of content as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}

async function startService({ env, stop }: LargeStore): Promise<TestService> {
  onTestFinished(stop);
  const service = await startTestService(storageService, { env: { ...env, EVIDENCE_MAX_BYTES: String(BYTES) } });
  onTestFinished(() => service.close());
  // What is loaded and allocated once is not what an upload costs.
  for (const warmUp of [20 * MIB, 20 * MIB]) {
    const answer = await send(service, 'POST', '/objects?filename=warm', Readable.from(contentOf(0, warmUp)));
    answer.resume();
    await once(answer, 'end');
  }
  return service;
}

const upAndDown = async (service: TestService, sha256: string): Promise<void> => {
  const answer = await send(service, 'POST', `/objects?filename=disk.img`, Readable.from(contentOf(0, BYTES)));
  const stored = EvidenceObject.parse(await json(answer));
  expect(stored).toMatchObject({ sha256, sizeBytes: BYTES });
  const back = await send(service, 'GET', `/objects/${stored.id}/content`);
  expect(await sha256Received(back)).toBe(sha256);
};

const cutAndResumed = async (service: TestService, sha256: string): Promise<void> => {
  const body = { filename: 'disk.img', sizeBytes: BYTES, sha256 };
  const { id, partBytes } = (await service.call(StartUpload, { body })).body;
  const pathOf = (number: number): string => `/uploads/${id}/parts/${number}`;
  const sendPart = async (number: number): Promise<void> => {
    const [from, to] = [(number - 1) * partBytes, Math.min(number * partBytes, BYTES)];
    const answer = await send(service, 'PUT', pathOf(number), Readable.from(contentOf(from, to)));
    answer.resume();
    expect(answer.statusCode).toBe(200);
  };
  const count = Math.ceil(BYTES / partBytes);
  const middle = Math.ceil(count / 2);
  for (let number = 1; number < middle; number++) await sendPart(number);
  await cutInTheMiddle(service, pathOf(middle), partBytes);
  const { parts } = (await service.call(GetUpload, { params: { id } })).body;
  expect(parts.map(({ number }) => number)).toEqual(Array.from({ length: middle - 1 }, (_, index) => index + 1));
  for (let number = middle; number <= count; number++) await sendPart(number);
  const { status, body: stored } = await service.call(CompleteUpload, { params: { id } });
  expect([status, stored.sha256, stored.sizeBytes]).toEqual([201, sha256, BYTES]);
};

test.each(largeStores)(
  '$name: a large object goes up and down, and up again after a cut, in constant memory',
  async ({ open }) => {
    const sha256 = sha256Of(BYTES);
    const service = await startService(await open(IS_FULL));
    const growth = await growthDuring(async () => {
      await upAndDown(service, sha256);
      await cutAndResumed(service, sha256);
    });
    process.stdout.write(
      `${BYTES / MIB} MiB up, down, and up in parts: RSS grew by ${(growth / MIB).toFixed(1)} MiB\n`,
    );
    expect(growth).toBeLessThanOrEqual(MEMORY_MAY_GROW_BY_BYTES);
  },
  WITHIN_MS,
);
