import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRegistry } from '@soc/monitoring';
import { uuidv7 } from '@soc/service-kit';
import { expect, onTestFinished, test } from 'vitest';
import { COUNT_BOUNDS, SearchUnavailableError } from '../../ports/search-index.ts';
import { createFinding } from './find-documents.ts';
import type { Generation } from './generation.ts';
import { createIndexer } from './indexer.ts';
import { createIndexerMetrics } from './indexer-metrics.ts';
import { createSearchClient } from './search-client.ts';
import { createSearchIndices } from './search-indices.ts';
import { indexMapping } from './mapping.ts';
import { createSearchGenerations } from './search-generations-repository.ts';
import { createSearchPending, type PendingDocument } from './search-pending-repository.ts';

/** A server with the faults that a real one has on bad days only. */
async function serverThat(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server on a TCP port has an address of that form.
  const { port } = server.address() as AddressInfo;
  const client = createSearchClient({ urls: [`http://127.0.0.1:${port}`] });
  onTestFinished(async () => {
    await client.close();
    server.closeAllConnections();
    server.close();
  });
  return client;
}

const answering = (status: number, body: object) =>
  serverThat((_, response) => response.writeHead(status).end(JSON.stringify(body)));
const findingOf = async (status: number, body: object, isUnmade: boolean) =>
  createFinding(await answering(status, body), 'x-read', {
    bounds: COUNT_BOUNDS,
    isUnmade: () => Promise.resolve(isUnmade),
  });
// Nothing is asked of it.
const db = { write: {} as never };

const NO_INDEX = { error: { type: 'index_not_found_exception', reason: 'no such index' } };

test.each([
  ['a shard that failed', 200, { _shards: { total: 2, successful: 1, failed: 1 }, hits: { hits: [] } }],
  ['a shard that no node has', 200, { _shards: { total: 2, successful: 1, failed: 0 }, hits: { hits: [] } }],
  ['a closed index', 400, { error: { type: 'index_closed_exception', reason: 'closed' } }],
  ['a missing index', 404, NO_INDEX],
  [
    'a name that the server does not know',
    401,
    { error: { type: 'security_exception', reason: 'missing credentials' } },
  ],
  ['a proxy that lets nobody in', 403, { message: 'no' }],
])('%s makes a search unavailable, never a part of its answer', async (_, status, body) => {
  const finding = await findingOf(status, body, false);
  await expect(finding.search({ tenantId: 't', query: { op: 'all' }, limitRows: 10 }, db.write)).rejects.toThrow(
    SearchUnavailableError,
  );
});

test('before the first index is made, nothing is found and nothing is missing', async () => {
  const finding = await findingOf(404, NO_INDEX, true);
  const scope = { tenantId: 't', query: { op: 'all' } } as const;
  expect(await finding.search({ ...scope, limitRows: 10 }, db.write)).toEqual([]);
  const nothing = { counted: 0, isComplete: true };
  const facets = await finding.facets({ ...scope, fields: ['host'], limitValues: 10 }, db.write);
  expect(facets).toEqual({ ...nothing, values: { host: [] } });
  expect(await finding.histogram({ ...scope, stepS: 60 }, db.write)).toEqual({ ...nothing, steps: [] });
});

test('an index whose shards do not answer does not count as empty', async () => {
  const client = await answering(200, { _shards: { total: 1, successful: 0, failed: 0 }, count: 0 });
  await expect(createSearchIndices(client, 'x', indexMapping).isEmpty('x-alert-000001')).rejects.toThrow(
    SearchUnavailableError,
  );
});

test('what would run twice is sent once when its answer is lost; anything else is sent again', async () => {
  const paths: string[] = [];
  const client = await serverThat((request) => {
    paths.push(request.url ?? '');
    request.socket.destroy();
  });
  await expect(client.call({ method: 'POST', path: '/once', isSentOnce: true })).rejects.toThrow('does not answer');
  await expect(client.call({ method: 'POST', path: '/twice' })).rejects.toThrow('does not answer');
  expect(paths).toEqual(['/once', '/twice', '/twice']);
});

const generationOf = (kind: string): Generation => ({
  indexName: `x-${kind}-000001`,
  kind,
  fromMs: 0,
  mapping: 'm',
  state: 'live',
  copyTask: null,
  indexUuid: null,
});

/** An indexer over what waits in memory. */
async function indexerOver(waiting: PendingDocument[], listener: RequestListener, drainMs?: number) {
  const client = await serverThat(listener);
  return createIndexer({
    db,
    client,
    pending: {
      ...createSearchPending(),
      lease: () => Promise.resolve(true),
      last: () => Promise.resolve(waiting.at(-1)?.batch ?? '0'),
      next: (_, { after, last }, limit) => {
        const documents = waiting
          .filter(({ batch }) => Number(batch) > Number(after) && Number(batch) <= Number(last))
          .slice(0, limit.documents);
        return Promise.resolve({ documents, batches: [...new Set(documents.map(({ batch }) => batch))] });
      },
      settle: (_, batches) => {
        waiting.splice(0, Infinity, ...waiting.filter(({ batch }) => !batches.includes(batch)));
        return Promise.resolve();
      },
      refuse: () => Promise.resolve(),
    },
    generations: {
      ...createSearchGenerations(),
      list: () => Promise.resolve([generationOf('alert'), generationOf('comment')]),
    },
    upkeep: { ensure: () => Promise.resolve([]), round: () => Promise.resolve() },
    holder: 'test',
    drainMs,
    metrics: createIndexerMetrics(createRegistry('storage', 'test'), () => Promise.reject(new Error('not asked for'))),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
}

const waitingOne = (batch: number, kind: string): PendingDocument => ({
  tenantId: 't',
  kind,
  id: uuidv7(batch),
  version: '1',
  document: '{}',
  batch: String(batch),
});

test('a round ends, whatever comes meanwhile', async () => {
  const waiting = [waitingOne(1, 'alert')];
  let requests = 0;
  const indexer = await indexerOver(waiting, (_, response) => {
    requests += 1;
    if (requests < 50) waiting.push(waitingOne(requests + 1, 'alert'));
    response.end('{"errors":false,"items":[]}');
  });
  await indexer.round();
  expect(requests).toBe(1);
  expect(waiting.map(({ batch }) => batch)).toEqual(['2']);
});

test('of much that waits a round sends a part, so that indices are looked after in between', async () => {
  const waiting = Array.from({ length: 2_500 }, (_, index) => waitingOne(index + 1, 'alert'));
  const taking: RequestListener = (_, response) => response.end('{"errors":false,"items":[]}');
  const indexer = await indexerOver(waiting, taking, 0);
  const left: number[] = [];
  for (let round = 0; round < 3; round++) {
    await indexer.round();
    left.push(waiting.length);
  }
  expect(left).toEqual([1_500, 500, 0]);
});

test('what belongs to no index that is known here waits, whatever becomes of its batch', async () => {
  const ofBatch = (kind: string): PendingDocument => ({ ...waitingOne(1, kind), id: uuidv7(kind.length) });
  const waiting = [ofBatch('alert'), ofBatch('hunt')];
  const sent: string[] = [];
  const indexer = await indexerOver(waiting, (request, response) => {
    request.on('data', (chunk: Buffer) => sent.push(String(chunk)));
    request.on('end', () => response.end('{"errors":false,"items":[]}'));
  });
  await indexer.round().catch(() => undefined);
  expect(sent.join('')).toContain('x-alert');
  expect(waiting.map(({ kind }) => kind)).toContain('hunt');
});

/** Takes all but alerts. */
const takingNoAlerts: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const actions = Buffer.concat(chunks)
      .toString()
      .split('\n')
      .filter((line) => line.includes('"_index"'));
    const items = actions.map((line) => ({ index: { status: line.includes('x-alert') ? 503 : 201 } }));
    response.end(JSON.stringify({ errors: items.some(({ index }) => index.status === 503), items }));
  });
};

test('an index that takes nothing keeps no other one waiting', async () => {
  const alerts = Array.from({ length: 3_000 }, (_, index) => waitingOne(index + 1, 'alert'));
  const waiting = [...alerts, waitingOne(3_001, 'comment')];
  const indexer = await indexerOver(waiting, takingNoAlerts);
  await expect(indexer.round()).rejects.toThrow('these indices take no documents: x-alert-000001');
  expect(waiting).toEqual(alerts);
});

test('nor when more waits for it than a round gets through', async () => {
  const alerts = Array.from({ length: 4_500 }, (_, index) => waitingOne(index + 1, 'alert'));
  const waiting = [...alerts, waitingOne(4_501, 'comment')];
  const indexer = await indexerOver(waiting, takingNoAlerts, 0);
  // Each reads one page.
  for (let round = 0; round < 5; round++) await indexer.round().catch(() => undefined);
  expect(waiting).toEqual(alerts);
  // And then begins again: what was stepped over is not forgotten.
  const open = waiting.splice(0, 1, waitingOne(1, 'comment'));
  for (let round = 0; round < 6; round++) await indexer.round().catch(() => undefined);
  expect([open.length, waiting.length]).toEqual([1, 4_499]);
});

test('a batch waits on while one of its documents could not be taken; one that is refused for good keeps none waiting', async () => {
  const inBatch = (batch: number, id: number) => ({ ...waitingOne(id, 'alert'), batch: String(batch) });
  const waiting = [inBatch(1, 1), inBatch(1, 2), inBatch(2, 3), inBatch(2, 4)];
  const statuses = [201, 429, 400, 201];
  const indexer = await indexerOver(waiting, (request, response) => {
    request.resume();
    const items = statuses.map((status) => ({ index: { status } }));
    request.on('end', () => response.end(JSON.stringify({ errors: true, items })));
  });
  await expect(indexer.round()).rejects.toThrow('no room for 1 documents');
  expect(waiting.map(({ batch }) => batch)).toEqual(['1', '1']);
});
