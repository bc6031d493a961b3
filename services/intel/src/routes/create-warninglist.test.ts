import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateWarninglist } from '@soc/contracts/intel/warninglist';
import { sharedData, startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { intelService } from '../app.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(intelService);
});
afterAll(() => service.close());

const create = (body: unknown, token = service.tokens.analyst) => service.call(CreateWarninglist, { body, token });

it('takes a list as MISP writes it, and tells what it could not read', async () => {
  const { status, body } = await create({
    name: 'Link shorteners',
    description: 'They hide where a link leads',
    type: 'hostname',
    version: 20260811,
    list: ['short.example', 'localhost', 'SHORT.example'],
    matching_attributes: ['domain', 'url', 'ja3-fingerprint-md5'],
  });
  expect(status).toBe(201);
  expect(body).toMatchObject({
    name: 'Link shorteners',
    version: 20260811,
    observableTypes: ['domain', 'host', 'url'],
    entries: 1,
    builtIn: false,
    skipped: 1,
    skippedEntries: [{ entry: 'localhost', reason: 'not a domain' }],
  });
});

it('keeps one list of a name for a tenant', async () => {
  const list = { name: 'once', type: 'string', list: ['a.example'] };
  expect((await create(list)).status).toBe(201);
  const again = await create(list);
  expect([again.status, again.problem?.code]).toEqual([409, 'intel.warninglist_exists']);
  expect((await create(list, service.tokens.otherTenantAdmin)).status).toBe(201);
});

it.each([
  [{ name: 'a', type: 'regex', list: ['^(a+)+$'] }, 'intel.warninglist_regex'],
  [
    { name: 'b', type: 'string', list: ['a'], matching_attributes: ['pattern-in-file'] },
    'intel.warninglist_attributes',
  ],
  [{ name: 'c', type: 'cidr', list: ['nothing'] }, 'intel.warninglist_empty'],
])('refuses %j', async (body, code) => {
  const { status, problem } = await create(body);
  expect([status, problem?.code]).toEqual([422, code]);
});

it('refuses more than 16 MiB', async () => {
  const body = JSON.stringify({ name: 'big', type: 'string', list: ['x'.repeat(16 * 1024 * 1024)] });
  const { status, problem } = await create(body);
  expect([status, problem?.code]).toEqual([413, 'request.too_large']);
});

const folder = sharedData('08-threat-intel/misp-warninglists');

it.skipIf(folder === undefined)('takes every list of MISP that the project tests with', async () => {
  const files = readdirSync(folder ?? '');
  const statuses: number[] = [];
  for (const file of files) statuses.push((await create(readFileSync(join(folder ?? '', file), 'utf8'))).status);
  expect(statuses).toEqual(files.map(() => 201));
  const [row] = await service.query<{ entries: number }>(
    `select count(*)::int as entries from intel.warninglist_entries where tenant_id = 'default'`,
  );
  expect(row?.entries).toBeGreaterThan(10_000);
});
