import { createTestDatabase, type TestDatabase } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { asSystem, createDbCluster, type DbCluster, inTenant, sql } from './index.ts';

let database: TestDatabase;
let db: DbCluster;

const open = (poolSize: number, tenantRole = 'soc_alert_tenant'): DbCluster =>
  createDbCluster({
    primaryUrl: database.url,
    replicaUrls: [],
    poolSize,
    applicationName: 'test',
    tenantRole,
    registry: createRegistry('alert', 'test'),
    connectionWaitMs: 30_000, // the machine of the tests may be slow
    onError: () => undefined,
  });

beforeAll(async () => {
  database = await createTestDatabase('alert');
  db = open(2);
  await db.write.query(sql`create table alert.notes (tenant_id text, text text)`);
  await db.write.query(sql`alter table alert.notes enable row level security`);
  await db.write.query(
    sql`create policy tenant on alert.notes using (tenant_id = current_setting('soc.tenant', true))`,
  );
});
afterAll(async () => {
  await db.close();
  await database.drop();
});
beforeEach(async () => {
  await db.write.query(sql`truncate alert.notes`);
  await db.write.query(sql`insert into alert.notes values ('a', 'of a'), ('b', 'of b'), ('c', 'of c')`);
});

const all = sql`select text from alert.notes order by text`;
const texts = async (query: DbCluster['read'] = db.read): Promise<readonly string[]> =>
  (await query.query<{ text: string }>(all)).map(({ text }) => text);

test('a statement that forgets to ask for the tenant meets its rows only, wherever it is sent', async () => {
  await inTenant({ tenantId: 'a' }, async () => {
    expect(await texts(db.read)).toEqual(['of a']);
    expect(await texts(db.write)).toEqual(['of a']);
    expect(await texts(db.readYourWrites(await db.consistencyToken()))).toEqual(['of a']);
    expect(await db.tx((tx) => texts(tx))).toEqual(['of a']);
    expect(await db.tx((tx) => texts(tx), { readOnly: true })).toEqual(['of a']);
  });
  expect(await texts()).toEqual(['of a', 'of b', 'of c']);
});

test('a write for another tenant is refused, and changes nothing of it', async () => {
  const forged = inTenant({ tenantId: 'a' }, () => db.write.query(sql`insert into alert.notes values ('b', 'forged')`));
  await expect(forged).rejects.toThrow('row-level security');
  await inTenant({ tenantId: 'a' }, () => db.tx((tx) => tx.query(sql`update alert.notes set text = 'changed'`)));
  await inTenant({ tenantId: 'b' }, () => db.write.query(sql`delete from alert.notes`));
  expect(await texts()).toEqual(['changed', 'of c']);
});

test('a tenant changes rows and nothing else', async () => {
  const run = (text: string) => inTenant({ tenantId: 'a' }, () => db.write.query({ text, values: [] }));
  await expect(run('create table alert.mine (id int)')).rejects.toThrow('permission denied');
  await expect(run('drop table alert.notes')).rejects.toThrow('must be owner');
  await expect(run('alter table alert.notes disable row level security')).rejects.toThrow('must be owner');
});

test('of many callers on few connections, each meets its own rows', async () => {
  const callers = Array.from({ length: 300 }, (_, index) => ['a', 'b', 'c', ''][index % 4] ?? '');
  const ask = async (tenantId: string, index: number): Promise<string> => {
    const look = () => (index % 3 === 0 ? db.tx((tx) => texts(tx)) : texts());
    const seen = tenantId === '' ? await look() : await inTenant({ tenantId }, look);
    return seen.join();
  };
  const answers = await Promise.all(callers.map(ask));
  expect(answers).toEqual(callers.map((tenantId) => (tenantId === '' ? 'of a,of b,of c' : `of ${tenantId}`)));
});

test('a transaction that fails leaves its session to nobody', async () => {
  const one = open(1);
  const failing = inTenant({ tenantId: 'a' }, () => one.tx((tx) => tx.query(sql`select 1 / 0`)));
  await expect(failing).rejects.toThrow('division by zero');
  expect(await texts(one.read)).toEqual(['of a', 'of b', 'of c']);
  expect(await inTenant({ tenantId: 'b' }, () => texts(one.read))).toEqual(['of b']);
  await one.close();
});

test('the system looks across tenants from within a request, and what a commit sets in motion is the system', async () => {
  const seen: (readonly string[])[] = [];
  const effect = Promise.withResolvers<readonly string[]>();
  await inTenant({ tenantId: 'a' }, async () => {
    await db.tx(async (tx) => {
      tx.afterCommit(() => effect.resolve(texts()));
      seen.push(await texts(tx));
    });
    seen.push(await asSystem(() => texts()), await texts());
  });
  expect([...seen, await effect.promise]).toEqual([
    ['of a'],
    ['of a', 'of b', 'of c'],
    ['of a'],
    ['of a', 'of b', 'of c'],
  ]);
});

test('who asks, and by which request, is known to the database for the time of a transaction', async () => {
  const settings = sql`select current_setting('soc.tenant', true) as tenant, current_setting('soc.actor', true) as actor,
    current_setting('soc.correlation', true) as correlation`;
  const scope = { tenantId: `o'neill`, actor: 'user ann', correlationId: 'request-7' };
  const rows = await inTenant(scope, () => db.tx((tx) => tx.query(settings)));
  expect(rows).toEqual([{ tenant: `o'neill`, actor: 'user ann', correlation: 'request-7' }]);
  expect(await db.tx((tx) => tx.query(settings))).toEqual([{ tenant: '', actor: '', correlation: '' }]);
});

test('a session is switched only when it works for another', async () => {
  const one = open(1);
  await inTenant({ tenantId: 'a' }, () => texts(one.read));
  const sent = vi.spyOn(pg.Client.prototype, 'query');
  const switches = () => sent.mock.calls.filter(([text]) => typeof text === 'string' && text.startsWith('set role'));
  await inTenant({ tenantId: 'a' }, () => Promise.all([texts(one.read), texts(one.write), texts(one.read)]));
  expect(switches()).toHaveLength(0);
  await inTenant({ tenantId: 'b' }, () => texts(one.read));
  expect(switches()).toHaveLength(1);
  sent.mockRestore();
  await one.close();
});

test('the connections that work for a tenant are taken for it again', async () => {
  const two = open(2);
  const look = (tenantId: string) => inTenant({ tenantId }, () => texts(two.read));
  // Both at once, each for long enough that the other has a connection of its own.
  const hold = (tenantId: string) => inTenant({ tenantId }, () => two.read.query(sql`select pg_sleep(0.5)`));
  await Promise.all([hold('a'), hold('b')]);
  const sent = vi.spyOn(pg.Client.prototype, 'query');
  for (const tenantId of ['a', 'b', 'a', 'b', 'b', 'a']) await look(tenantId);
  expect(sent.mock.calls.filter(([text]) => typeof text === 'string' && text.startsWith('set role'))).toHaveLength(0);
  sent.mockRestore();
  await two.close();
});

test('a session that cannot become the tenant serves nobody', async () => {
  const one = open(1, 'soc_nobody');
  const inScope = <T>(work: () => Promise<T>) => inTenant({ tenantId: 'a' }, work);
  await expect(inScope(() => one.write.query(all))).rejects.toThrow('role "soc_nobody" does not exist');
  await expect(inScope(() => one.tx((tx) => tx.query(all)))).rejects.toThrow('role "soc_nobody" does not exist');
  expect(await texts(one.read)).toEqual(['of a', 'of b', 'of c']);
  await one.close();
});
