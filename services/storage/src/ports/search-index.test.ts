import type { DbCluster } from '@soc/db-cluster';
import { exampleAlert, exampleIncident } from '@soc/fleet/testing';
import { uuidv7 } from '@soc/service-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alertDocument, incidentDocument, newestVersions, type SearchDocument } from '../domain/search-document.ts';
import { parseQuery } from '../domain/query/parse-query.ts';
import type { Query } from '../domain/query/query.ts';
import { openStorageDatabase, type TestStorageDatabase } from '../storage-database.fixture.ts';
import { isFoundBy } from './query-oracle.fixture.ts';
import { corpusDocument } from './search-corpus.fixture.ts';
import type { SearchIndex, SearchRequest } from './search-index.ts';
import { type OpenSearchIndex, searchIndexes } from './search-indexes.fixture.ts';
import { SEARCH_QUERIES } from './search-queries.fixture.ts';

let database: TestStorageDatabase;
let db: DbCluster;
beforeAll(async () => {
  database = await openStorageDatabase();
  ({ db } = database);
});
afterAll(() => database.close());

const parsed = (q: string): Query => {
  const result = parseQuery(q, new Date('2026-03-02T00:00:00Z'));
  if (!result.ok) throw new Error(`${q}: ${result.fault.message}`);
  return result.query;
};

const CORPUS_DOCUMENTS = 600;
/** As many are counted. */
const BOUND = 3;

let idsGiven = 0;
const newId = (): string => uuidv7(Date.UTC(2026, 2, 1) + idsGiven++);

describe.each(searchIndexes)('search index: $name', ({ open }) => {
  let opened: OpenSearchIndex;
  let index: SearchIndex;
  beforeAll(async () => {
    opened = await open(db, { bounds: { facetDocuments: BOUND, histogramDocuments: BOUND } });
    ({ index } = opened);
  });
  afterAll(() => opened.close());

  const save = async (...documents: SearchDocument[]): Promise<void> => {
    await db.tx((tx) => index.save(documents, tx));
    await opened.settled();
  };
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

  test('every query finds what it says, in its order, and nothing else', async () => {
    const corpus = Array.from({ length: CORPUS_DOCUMENTS }, (_, place) => corpusDocument(place, 'corpus'));
    await save(...newestVersions(corpus));
    await save(...newestVersions(corpus.slice(0, 100).map((document) => ({ ...document, tenantId: 'other-corpus' }))));
    const newestFirst = newestVersions(corpus).toSorted((a, b) => (a.occurredAt + a.id < b.occurredAt + b.id ? 1 : -1));
    const empty: string[] = [];
    for (const q of SEARCH_QUERIES) {
      const query = parsed(q);
      const expected = newestFirst.filter((document) => isFoundBy(query, document)).map(({ id }) => id);
      expect([q, await idsOf(search('corpus', q, { limitRows: CORPUS_DOCUMENTS }))]).toEqual([q, expected]);
      if (expected.length === 0) empty.push(q);
    }
    expect(empty).toEqual(['"force brute"', 'nothing-is-called-this', 'evil']);
  });

  test('values and times are counted', async () => {
    const tenantId = 'counted';
    const observables = [{ type: 'host' as const, value: 'web-01' }];
    const [severity, occurredAt] = ['low' as const, '2026-03-01T10:59:59.999Z'];
    await saveAlert({ tenantId, observables, assignee: 'Ann' });
    await saveAlert({ tenantId, observables, severity, occurredAt });
    await saveAlert({ tenantId, occurredAt: '2026-03-01T11:00:00.000Z' });
    const scope = { tenantId, query: parsed('brute') };
    const fields = ['severity', 'host', 'assignee', 'ip', 'tag'] as const;
    expect(await index.facets({ ...scope, fields, limitValues: 1 }, db.write)).toEqual({
      counted: 3,
      isComplete: true,
      values: {
        severity: [{ value: 'high', count: 2 }],
        host: [{ value: 'web-01', count: 2 }],
        assignee: [{ value: 'ann', count: 1 }],
        ip: [{ value: '10.0.0.5', count: 1 }],
        tag: [],
      },
    });
    expect(await index.histogram({ ...scope, stepS: 3_600 }, db.write)).toEqual({
      counted: 3,
      isComplete: true,
      steps: [
        { at: '2026-03-01T10:00:00.000Z', count: 2 },
        { at: '2026-03-01T11:00:00.000Z', count: 1 },
      ],
    });
    const nothing = { counted: 0, isComplete: true };
    const other = { tenantId: 'nobody', query: parsed('*') };
    expect(await index.facets({ ...other, fields, limitValues: 1 }, db.write)).toMatchObject(nothing);
    expect(await index.histogram({ ...other, stepS: 60 }, db.write)).toEqual({ ...nothing, steps: [] });
  });

  test('of more documents than are counted the newest are, also among those of a moment, and it is said', async () => {
    const tenantId = 'bounded';
    await saveAlert({ tenantId, severity: 'low', occurredAt: '2026-03-01T10:00:00.000Z' });
    for (const time of ['10:00:00', '10:30:00', '11:00:00']) {
      await saveAlert({ tenantId, occurredAt: `2026-03-01T${time}.000Z` });
    }
    const scope = { tenantId, query: parsed('brute') };
    const bounded = { counted: BOUND, isComplete: false };
    expect(await index.facets({ ...scope, fields: ['severity', 'ip'], limitValues: 9 }, db.write)).toEqual({
      ...bounded,
      values: { severity: [{ value: 'high', count: BOUND }], ip: [{ value: '10.0.0.5', count: BOUND }] },
    });
    expect(await index.histogram({ ...scope, stepS: 3_600 }, db.write)).toEqual({
      ...bounded,
      steps: [
        { at: '2026-03-01T10:00:00.000Z', count: 2 },
        { at: '2026-03-01T11:00:00.000Z', count: 1 },
      ],
    });
  });

  test('what is too old goes, of one kind and tenant, and is counted before', async () => {
    const tenantId = 'purged';
    await saveAlert({ tenantId, occurredAt: '2026-02-01T00:00:00.000Z' });
    await saveAlert({ tenantId: 'not-purged', occurredAt: '2026-02-01T00:00:00.000Z' });
    const young = await saveAlert({ tenantId, occurredAt: '2026-03-01T00:00:00.000Z' });
    const incident = exampleIncident({ id: newId(), tenantId, firstSeenAt: '2026-02-01T00:00:00.000Z' });
    await save(incidentDocument(incident));
    const purge = (dryRun: boolean) =>
      index.purge({ tenantId, kind: 'alert', before: '2026-03-01T00:00:00.000Z', dryRun }, db.write);
    expect(await purge(true)).toEqual({ count: 1 });
    expect(await idsOf(search(tenantId, '*'))).toHaveLength(3);
    expect([await purge(false), await purge(false)]).toEqual([{ count: 1 }, { count: 0 }]);
    expect(await idsOf(search(tenantId, '*'))).toEqual([young, incident.id]);
    expect(await idsOf(search('not-purged', '*'))).toHaveLength(1);
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
