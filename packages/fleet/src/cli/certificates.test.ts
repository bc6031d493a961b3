import { once } from 'node:events';
import { mkdir, readFile, rename, rmdir, stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { openKeyRingFile } from '@soc/messaging';
import { initCompose } from '../compose/init-compose.ts';
import { Switches } from '../switches.ts';
import { makeTemporaryDirectory } from '../testing/temporary-directory.ts';
import { waitFor } from '../testing/wait-for.ts';
import { certificatesCommand } from './certificates.ts';
import { keysCommand } from './keys.ts';
import { runCommand } from './run-command.fixture.ts';

async function setUp(): Promise<string> {
  const directory = await makeTemporaryDirectory('certificates');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const switches = Switches.parse({});
  return (await initCompose({ directory: directory.path, profile: 'core', switches, admin: {} })).dataDirectory;
}

interface Shown {
  readonly cert: string;
  readonly key: string;
}

const read = (folder: string, name: string): Promise<string> => readFile(join(folder, 'mounted', name), 'utf8');
const trusted = (folder: string): Promise<string> => read(folder, 'authority.pem');
const shown = async (folder: string): Promise<Shown> => ({
  cert: await read(folder, 'redis-certificate.pem'),
  key: await read(folder, 'redis-key.pem'),
});

/** Whether a client that trusts `ca` takes a server that shows this certificate, by a real handshake. */
async function isTaken(ca: string, server: Shown): Promise<boolean> {
  const listening = createServer(server, (socket) => socket.on('error', () => undefined).end()).on(
    'tlsClientError',
    () => undefined,
  );
  await once(listening.listen(0, '127.0.0.1'), 'listening');
  const { port } = listening.address() as AddressInfo; // it listens on TCP
  const socket = connect({ port, host: '127.0.0.1', servername: 'redis', ca });
  try {
    return await new Promise((resolve) => {
      socket.once('secureConnect', () => resolve(socket.authorized));
      socket.once('error', () => resolve(false));
    });
  } finally {
    socket.destroy();
    listening.close();
  }
}

const certificates = (folder: string, step: string) => runCommand(certificatesCommand, [step], { 'data-dir': folder });

test('an authority is changed with old and new trusted through all of it, whoever was restarted and who was not', async () => {
  const folder = await setUp();
  const [oldTrust, oldServer] = [await trusted(folder), await shown(folder)];
  await certificates(folder, 'new-authority');
  const bothTrust = await trusted(folder);
  expect(await isTaken(oldTrust, await shown(folder))).toBe(true);
  expect(await isTaken(bothTrust, oldServer)).toBe(true);

  await certificates(folder, 'renew');
  const newServer = await shown(folder);
  expect(await trusted(folder)).toBe(bothTrust);
  expect(await isTaken(bothTrust, oldServer)).toBe(true);
  expect(await isTaken(bothTrust, newServer)).toBe(true);
  expect(await isTaken(oldTrust, newServer)).toBe(false);

  await certificates(folder, 'retire-authority');
  expect(await isTaken(bothTrust, await shown(folder))).toBe(true);
  expect(await isTaken(await trusted(folder), newServer)).toBe(true);
  expect(await isTaken(await trusted(folder), oldServer)).toBe(false);
});

/** A step that ends where it would hand out a file, which cannot be written just then. */
async function brokenOff(folder: string, step: string, name: string): Promise<void> {
  const path = join(folder, 'mounted', name);
  await rename(path, `${path}.aside`);
  await mkdir(path);
  await expect(certificates(folder, step)).rejects.toThrow('EISDIR');
  await rmdir(path);
  await rename(`${path}.aside`, path);
}

test('a new authority that was not handed out issues nothing, and is handed out when the step is taken again', async () => {
  const folder = await setUp();
  await brokenOff(folder, 'new-authority', 'authority.pem');
  await expect(certificates(folder, 'renew')).rejects.toThrow('new-authority again');
  expect((await certificates(folder, 'status')).text).toMatch(/next authority +until [\d-]+, not handed out/);
  expect(await isTaken(await trusted(folder), await shown(folder))).toBe(true);

  await certificates(folder, 'new-authority');
  await expect(certificates(folder, 'new-authority')).rejects.toThrow('There is a next authority already');
  const { text } = await certificates(folder, 'renew');
  expect(text).not.toContain('not handed out');
  expect(await isTaken(await trusted(folder), await shown(folder))).toBe(true);
});

test.each(['redis-certificate.pem', 'redis-key.pem'])(
  'while a renewal has not reached %s the old authority stays trusted',
  async (name) => {
    const folder = await setUp();
    await certificates(folder, 'new-authority');
    const bothTrust = await trusted(folder);
    await brokenOff(folder, 'renew', name);
    await expect(certificates(folder, 'retire-authority')).rejects.toThrow('redis is not handed out');
    const { text } = await certificates(folder, 'status');
    expect(text).toMatch(/redis +until [\d-]+, of the next authority, not handed out/);
    expect(await trusted(folder)).toBe(bothTrust);

    await certificates(folder, 'renew');
    await certificates(folder, 'retire-authority');
    expect(await isTaken(await trusted(folder), await shown(folder))).toBe(true);
  },
);

test('an authority whose retirement was broken off is retired when the step is taken again', async () => {
  const folder = await setUp();
  const oldServer = await shown(folder);
  for (const step of ['new-authority', 'renew']) await certificates(folder, step);
  await brokenOff(folder, 'retire-authority', 'authority.pem');
  expect((await certificates(folder, 'status')).text).toMatch(/next authority +until [\d-]+, not handed out/);
  await expect(certificates(folder, 'new-authority')).rejects.toThrow('retire-authority again');

  await certificates(folder, 'retire-authority');
  expect(await isTaken(await trusted(folder), oldServer)).toBe(false);
  expect(await isTaken(await trusted(folder), await shown(folder))).toBe(true);
  expect((await certificates(folder, 'status')).text).not.toMatch(/next authority|not handed out/);
  await certificates(folder, 'new-authority');
});

test('certificates are renewed for the names they have, by an authority that stays, with another key', async () => {
  const folder = await setUp();
  const [trust, before] = [await trusted(folder), await shown(folder)];
  const { text } = await certificates(folder, 'renew');
  const after = await shown(folder);
  expect(text).toMatch(/redis +until \d{4}-/);
  expect(after.key).not.toBe(before.key);
  expect(await trusted(folder)).toBe(trust);
  expect(await isTaken(trust, after)).toBe(true);
});

test('no step is taken out of its order, nor in a folder that soc init did not make', async () => {
  const folder = await setUp();
  await expect(certificates(folder, 'retire-authority')).rejects.toThrow('There is no next authority');
  await certificates(folder, 'new-authority');
  await expect(certificates(folder, 'new-authority')).rejects.toThrow('There is a next authority already');
  await expect(certificates(folder, 'retire-authority')).rejects.toThrow('postgres is of the old authority');
  await expect(certificates(join(folder, 'secrets'), 'status')).rejects.toThrow('is none of soc init');
});

test('a rotated key reaches a container that has the file mounted: it is the same file, and a service follows it', async () => {
  const folder = await setUp();
  const path = join(folder, 'mounted/bus-key-ring.json');
  const { ino } = await stat(path);
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const ring = await openKeyRingFile(path, quiet);
  onTestFinished(() => ring.close());
  await runCommand(keysCommand, ['rotate'], { 'data-dir': folder, 'active-after': '600' });
  const now = await stat(path);
  expect([now.ino, (now.mode & 0o777).toString(8)]).toEqual([ino, '444']);
  expect(await readFile(path, 'utf8')).toBe(await readFile(join(folder, 'secrets/bus-key-ring.json'), 'utf8'));
  await waitFor(async () => (await ring.refresh(), ring.find('k2') !== undefined), { deadlineMs: 30_000 });
  expect(ring.current().id).toBe('k1');
  await expect(runCommand(keysCommand, ['rotate'], { 'data-dir': folder, 'active-after': '5' })).rejects.toThrow(
    '60 or more',
  );
});
