import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createCertificateAuthority, exampleAlert, makeTemporaryDirectory } from '@soc/fleet/testing';
import { sharedSearchServer } from '@soc/fleet/testing/search-server';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { alertDocument } from '../../domain/search-document.ts';
import { SearchUnavailableError } from '../../ports/search-index.ts';
import { openStorageDatabase, type TestStorageDatabase } from '../../storage-database.fixture.ts';
import { openDrivenIndex } from './search-server.fixture.ts';

const target = (await sharedSearchServer()) ?? '';
const BASIC = `Basic ${Buffer.from('soc:secret').toString('base64')}`;
const KEY = 'ApiKey a2V5';

/** Stands before the real server, with a certificate of an authority of its own, and lets in who is known. */
async function startGuard() {
  const directory = await makeTemporaryDirectory('guarded');
  const authority = createCertificateAuthority('tests', new Date());
  const caFile = join(directory.path, 'ca.pem');
  await writeFile(caFile, authority.certificate);
  const { certificate, key } = authority.issue({ commonName: 'search', hosts: ['127.0.0.1'], now: new Date() });
  const server = createServer({ cert: certificate, key }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { authorization, 'content-type': type } = request.headers;
      if (authorization !== BASIC && authorization !== KEY) {
        response.writeHead(401).end('{"error":{"type":"security_exception","reason":"unable to authenticate"}}');
        return;
      }
      const { method = 'GET', url = '/' } = request;
      const body = chunks.length > 0 ? { body: Buffer.concat(chunks) } : {};
      fetch(`${target}${url}`, { method, ...body, headers: type === undefined ? {} : { 'content-type': type } })
        .then(async (answer) => response.writeHead(answer.status).end(await answer.text()))
        .catch(() => request.socket.destroy());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server on a TCP port has an address of that form.
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await directory[Symbol.asyncDispose]();
  };
  return { url: `https://127.0.0.1:${port}`, caFile, close };
}

describe.skipIf(target === '')('a search server behind TLS that asks who comes', () => {
  let database: TestStorageDatabase;
  let guard: Awaited<ReturnType<typeof startGuard>>;
  beforeAll(async () => {
    [database, guard] = await Promise.all([openStorageDatabase(), startGuard()]);
  });
  afterAll(() => Promise.all([database.close(), guard.close()]));

  const prefix = `guarded-${process.pid}`;
  const open = (access: Readonly<Record<string, string>>) => {
    const settings = { SEARCH_INDEX_PREFIX: prefix, SEARCH_SERVER_URLS: [guard.url], ...access };
    const index = openDrivenIndex({ db: database.db, url: target }, settings);
    onTestFinished(index.worker.stop);
    return index;
  };

  test('who has its authority and a password or a key indexes and finds; for anybody else documents wait', async () => {
    const ca = { SEARCH_SERVER_CA_FILE: guard.caFile };
    const document = alertDocument(exampleAlert({ tenantId: 'guarded' }));
    const stranger = open({ ...ca, SEARCH_SERVER_USERNAME: 'soc', SEARCH_SERVER_PASSWORD: 'wrong' });
    await stranger.saveAll([document]);
    await expect(stranger.round()).rejects.toThrow('401');
    await expect(stranger.find('guarded', '*')).rejects.toThrow(SearchUnavailableError);
    const credulous = open({ SEARCH_SERVER_USERNAME: 'soc', SEARCH_SERVER_PASSWORD: 'secret' });
    await expect(credulous.find('guarded', '*')).rejects.toThrow('unable to verify');
    expect(await stranger.backlog()).toMatchObject({ waiting: 1 });

    const known = open({ ...ca, SEARCH_SERVER_USERNAME: 'soc', SEARCH_SERVER_PASSWORD: 'secret' });
    await known.round();
    expect(await known.find('guarded', '*')).toEqual([document.id]);
    const withKey = open({ ...ca, SEARCH_SERVER_API_KEY: 'a2V5' });
    expect(await withKey.find('guarded', '*')).toEqual([document.id]);
    await fetch(`${target}/${prefix}-*-0*`, { method: 'DELETE' });
    await fetch(`${target}/_index_template/${prefix}`, { method: 'DELETE' });
  });
});
