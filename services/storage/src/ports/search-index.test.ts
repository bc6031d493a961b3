import { createDbCluster, type DbCluster, migrate } from '@soc/db-cluster';
import { createTestDatabase, exampleAlert, exampleIncident, type TestDatabase } from '@soc/fleet/testing';
import { messagingMigrations } from '@soc/messaging';
import { createRegistry } from '@soc/monitoring';
import { uuidv7 } from '@soc/service-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresSearchIndex } from '../adapters/postgres-search-repository.ts';
import { alertDocument, incidentDocument, type SearchDocument } from '../domain/search-document.ts';
import { parseQuery } from '../domain/query/parse-query.ts';
import type { Query } from '../domain/query/query.ts';
import type { SearchIndex, SearchRequest } from './search-index.ts';

/** Every adapter passes the same tests; a new one is a line here. */
const adapters: readonly { readonly name: string; readonly open: () => SearchIndex }[] = [
  { name: 'PostgreSQL', open: createPostgresSearchIndex },
];

let database: TestDatabase;
let db: DbCluster;
beforeAll(async () => {
  database = await createTestDatabase('storage');
  const migrations = new URL('../../migrations/', import.meta.url);
  await migrate({ url: database.url, schema: 'storage', directories: [messagingMigrations, migrations] });
  db = createDbCluster({
    primaryUrl: database.url,
    replicaUrls: [],
    applicationName: 'search-index-test',
    registry: createRegistry('storage', 'test'),
    onError: () => undefined,
  });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const parsed = (q: string): Query => {
  const result = parseQuery(q, new Date('2026-03-02T00:00:00Z'));
  if (!result.ok) throw new Error(`${q}: ${result.fault.message}`);
  return result.query;
};

let idsGiven = 0;
const newId = (): string => uuidv7(Date.UTC(2026, 2, 1) + idsGiven++);

describe.each(adapters)('search index: $name', ({ open }) => {
  const index = open();
  const save = (...documents: SearchDocument[]) => db.tx((tx) => index.save(documents, tx));
  const saveAlert = async (fields: Parameters<typeof exampleAlert>[0]): Promise<string> => {
    const alert = exampleAlert({ id: newId(), ...fields });
    await save(alertDocument(alert));
    return alert.id;
  };
  const search = (tenantId: string, q: string, request: Partial<SearchRequest> = {}) => {
    return index.search({ tenantId, query: parsed(q), limitRows: 10, ...request }, db.write);
  };
  const idsOf = async (hits: ReturnType<typeof search>) => (await hits).map(({ id }) => id);

  test('an alert is found by every name of what it touches, and by nothing near it', async () => {
    const tenantId = 'observables';
    const id = await saveAlert({
      tenantId,
      description: 'beacon to hxxp proxy src=10.20.30.40:8443 path=/var/tmp/x.sh',
      observables: [
        { type: 'ip', value: '203.0.113.7' },
        { type: 'ip', value: '2001:db8::7' },
        { type: 'domain', value: 'c2.evil.example' },
        { type: 'url', value: 'https://cdn.example.com/drop/a.bin' },
        { type: 'email', value: "Ann.O'Hara@example.org" },
        { type: 'sha256', value: 'A1'.repeat(32) },
        { type: 'user', value: String.raw`CORP\svc-backup` },
        { type: 'process', value: String.raw`C:\Windows\System32\rundll32.exe` },
      ],
    });
    const whole = ['203.0.113.7', '2001:DB8::7', 'c2.evil.example', 'https://cdn.example.com/drop/a.bin', id];
    const shortened = ['evil.example', 'cdn.example.com', 'svc-backup', 'rundll32.exe'];
    const punctuated = [
      "ann.o'hara@example.org",
      String.raw`corp\svc-backup`,
      String.raw`C:\Windows\System32\rundll32.exe`,
    ];
    const inText = ['10.20.30.40', '/var/tmp/x.sh', 'a1'.repeat(32)];
    for (const q of [...whole, ...shortened, ...punctuated, ...inText]) {
      expect([q, await idsOf(search(tenantId, q))]).toEqual([q, [id]]);
    }
    for (const q of ['203.0.113.70', '203.0.113', 'vil.example', 'c2.evil.example.com']) {
      expect([q, await idsOf(search(tenantId, q))]).toEqual([q, []]);
    }
  });

  test('words, phrases, exclusions and alternatives', async () => {
    const tenantId = 'words';
    const brute = await saveAlert({ tenantId, title: 'Brute force against SSH', observables: [] });
    const spray = await saveAlert({ tenantId, title: 'Force of SSH brute attempts in lab', observables: [] });
    const both = [spray, brute];
    expect(await idsOf(search(tenantId, 'ssh BRUTE'))).toEqual(both);
    expect(await idsOf(search(tenantId, '"brute force"'))).toEqual([brute]);
    expect(await idsOf(search(tenantId, 'ssh -lab'))).toEqual([brute]);
    expect(await idsOf(search(tenantId, '"brute force" or lab'))).toEqual(both);
    expect(await idsOf(search(tenantId, 'ssh rdp'))).toEqual([]);
  });

  test('an older version never takes the place of a newer one', async () => {
    const tenantId = 'versions';
    const id = await saveAlert({ tenantId, version: 3, status: 'closed', title: 'third' });
    await saveAlert({ tenantId, id, version: 2, status: 'new', title: 'second' });
    expect(await search(tenantId, id)).toMatchObject([{ title: 'third', status: 'closed' }]);
    await saveAlert({ tenantId, id, version: 4, status: 'investigating', title: 'fourth' });
    expect(await search(tenantId, 'fourth')).toMatchObject([{ id, status: 'investigating' }]);
    expect(await search(tenantId, 'third')).toEqual([]);
  });

  test('filters by kind, severity and event time', async () => {
    const tenantId = 'filters';
    const early = await saveAlert({ tenantId, occurredAt: '2026-03-01T10:00:00.000Z', severity: 'low' });
    const late = await saveAlert({ tenantId, occurredAt: '2026-03-01T11:00:00.000Z' });
    const incident = exampleIncident({ id: newId(), tenantId, firstSeenAt: '2026-03-01T10:30:00.000Z' });
    await save(incidentDocument(incident));
    expect(await idsOf(search(tenantId, '10.0.0.5'))).toEqual([late, incident.id, early]);
    expect(await search(tenantId, '10.0.0.5 kind:incident')).toEqual([
      {
        kind: 'incident',
        id: incident.id,
        title: incident.title,
        severity: 'high',
        status: 'open',
        source: null,
        alertId: null,
        incidentId: incident.id,
        occurredAt: incident.firstSeenAt,
        texts: ['credential-access'],
      },
    ]);
    expect(await idsOf(search(tenantId, '10.0.0.5 severity:low'))).toEqual([early]);
    const range = { from: '2026-03-01T10:00:00Z', to: '2026-03-01T11:00:00Z' };
    expect(await idsOf(search(tenantId, '10.0.0.5', range))).toEqual([incident.id, early]);
  });

  test('pages in a stable order, also among alerts of the same moment', async () => {
    const tenantId = 'pages';
    const ids: string[] = [];
    for (let count = 0; count < 5; count++) ids.unshift(await saveAlert({ tenantId }));
    const [first, second] = await search(tenantId, 'brute', { limitRows: 2 });
    expect([first?.id, second?.id]).toEqual(ids.slice(0, 2));
    expect(await idsOf(search(tenantId, 'brute', { after: second, limitRows: 10 }))).toEqual(ids.slice(2));
  });

  test('a tenant never finds what belongs to another', async () => {
    const id = await saveAlert({ tenantId: 'mine' });
    expect(await idsOf(search('yours', id))).toEqual([]);
  });

  test('no text breaks the index or its query', async () => {
    const tenantId = 'hostile';
    const hostile = String.raw`'); drop table x; -- \ ' '' & | ! <-> :* "`;
    const id = await saveAlert({
      tenantId,
      title: hostile,
      description: `${'x'.repeat(5_000)} ${'漢'.repeat(3_000)}`,
      observables: [{ type: 'process', value: hostile }],
    });
    expect(await idsOf(search(tenantId, `drop "${hostile.replaceAll('"', '')}"`))).toEqual([id]);
  });
});
