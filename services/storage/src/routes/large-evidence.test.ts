import { readFile } from 'node:fs/promises';
import { EvidenceObject } from '@soc/contracts/storage/objects';
import { Upload } from '@soc/contracts/storage/uploads';
import { expect, onTestFinished, test } from 'vitest';
import { type LargeClient, startLargeClient } from './large-client.fixture.ts';
import { type LargeStore, largeStores } from './large-stores.fixture.ts';
import { startStorageProcess, type StorageProcess } from './storage-process.fixture.ts';

/** 5 GiB with `SOC_TEST_FULL=1`: some minutes, and as much room on the disk twice over. */
const IS_FULL = process.env['SOC_TEST_FULL'] === '1';
const BYTES = IS_FULL ? 5 * 1024 ** 3 : 40 * 1024 ** 2;
const MEMORY_MAY_GROW_BY_BYTES = 64 * 1024 ** 2;
const MIB = 1024 ** 2;
const WITHIN_MS = IS_FULL ? 1_800_000 : 240_000;

/** A service before one store, and a client of it. */
interface Setting {
  readonly service: StorageProcess;
  readonly client: LargeClient;
  readonly urlOf: (path: string) => string;
}

async function residentBytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1]) * 1024;
}

/** How far the resident memory of a process rises above what it was before. */
async function growthDuring(pid: number, work: () => Promise<void>): Promise<number> {
  const before = await residentBytes(pid);
  let highest = before;
  const watching = setInterval(() => {
    void residentBytes(pid).then((now) => {
      highest = Math.max(highest, now);
    });
  }, 50);
  try {
    await work();
  } finally {
    clearInterval(watching);
  }
  return highest - before;
}

async function start({ env }: LargeStore): Promise<Setting> {
  const service = await startStorageProcess({ ...env, EVIDENCE_MAX_BYTES: String(BYTES) });
  const setting = {
    service,
    client: startLargeClient(),
    urlOf: (path: string) => `${service.url}/api/v1/storage${path}`,
  };
  // What is loaded and allocated once is not what an upload costs.
  for (const warmUp of [20 * MIB, 20 * MIB]) await upload(setting, 'warm', warmUp);
  return setting;
}

/** What the service says to a request that has no content, or JSON. */
async function ask(
  { service, urlOf }: Setting,
  method: string,
  path: string,
  body?: object,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const answer = await fetch(urlOf(path), {
    method,
    headers: { authorization: `Bearer ${service.token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(WITHIN_MS),
  });
  return { status: answer.status, body: await answer.json() };
}

const upload = async ({ service, client, urlOf }: Setting, filename: string, bytes: number): Promise<string> => {
  const url = urlOf(`/objects?filename=${filename}`);
  const content = { from: 0, to: bytes };
  return (await client({ kind: 'send', method: 'POST', url, token: service.token, content })).text;
};

const upAndDown = async (setting: Setting, sha256: string): Promise<void> => {
  const { service, client, urlOf } = setting;
  const stored = EvidenceObject.parse(JSON.parse(await upload(setting, 'disk.img', BYTES)));
  expect(stored).toMatchObject({ sha256, sizeBytes: BYTES });
  const url = urlOf(`/objects/${stored.id}/content`);
  const back = await client({ kind: 'send', method: 'GET', url, token: service.token, isHashed: true });
  expect(back.text).toBe(sha256);
};

const cutAndResumed = async (setting: Setting, sha256: string): Promise<void> => {
  const { client, urlOf } = setting;
  const { token } = setting.service;
  const body = { filename: 'disk.img', sizeBytes: BYTES, sha256 };
  const { id, partBytes } = Upload.parse((await ask(setting, 'POST', '/uploads', body)).body);
  const urlOfPart = (number: number): string => urlOf(`/uploads/${id}/parts/${number}`);
  const sendPart = async (number: number): Promise<void> => {
    const content = { from: (number - 1) * partBytes, to: Math.min(number * partBytes, BYTES) };
    const sent = await client({ kind: 'send', method: 'PUT', url: urlOfPart(number), token, content });
    expect(sent.status).toBe(200);
  };
  const count = Math.ceil(BYTES / partBytes);
  const middle = Math.ceil(count / 2);
  for (let number = 1; number < middle; number++) await sendPart(number);
  await client({ kind: 'hang up', url: urlOfPart(middle), token, bytes: partBytes });
  const { parts } = Upload.parse((await ask(setting, 'GET', `/uploads/${id}`)).body);
  expect(parts.map(({ number }) => number)).toEqual(Array.from({ length: middle - 1 }, (_, index) => index + 1));
  for (let number = middle; number <= count; number++) await sendPart(number);
  const { status, body: completed } = await ask(setting, 'POST', `/uploads/${id}/complete`);
  const stored = EvidenceObject.parse(completed);
  expect([status, stored.sha256, stored.sizeBytes]).toEqual([201, sha256, BYTES]);
};

test.each(largeStores)(
  '$name: a large object goes up and down, and up again after a cut, in constant memory',
  async ({ open }) => {
    const store = await open(IS_FULL);
    onTestFinished(store.stop);
    const setting = await start(store);
    const { text: sha256 } = await setting.client({ kind: 'hash', content: { from: 0, to: BYTES } });
    const growth = await growthDuring(setting.service.pid, async () => {
      await upAndDown(setting, sha256);
      await cutAndResumed(setting, sha256);
    });
    process.stdout.write(
      `${BYTES / MIB} MiB up, down, and up in parts: RSS grew by ${(growth / MIB).toFixed(1)} MiB\n`,
    );
    expect(growth).toBeLessThanOrEqual(MEMORY_MAY_GROW_BY_BYTES);
  },
  WITHIN_MS,
);
