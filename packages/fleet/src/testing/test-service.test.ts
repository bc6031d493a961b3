import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { endpoint, EvidenceStored, MetricRecorded, Uuid } from '@soc/contracts';
import { sql } from '@soc/db-cluster';
import { subscription } from '@soc/messaging';
import { defineService, notFound, route, type ServiceDefinition } from '@soc/service-kit';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { coverRefusals } from './cover-refusals.ts';
import { makeTemporaryDirectory } from './temporary-directory.ts';
import { startTestService, type TestService } from './test-service.ts';
import { waitFor } from './wait-for.ts';

const GetNote = endpoint({
  id: 'getNote',
  service: 'storage',
  method: 'GET',
  url: '/api/v1/storage/notes/:id',
  summary: 'A note of the tests.',
  permission: 'storage:read',
  params: z.strictObject({ id: Uuid }),
  query: z.strictObject({ loud: z.stringbool().optional() }),
  responses: { 200: z.object({ text: z.string(), at: z.string() }) },
  errors: { 404: ['note.not_found'] },
});

const PutNote = endpoint({
  id: 'putNote',
  service: 'storage',
  method: 'PUT',
  url: '/api/v1/storage/notes/:id',
  summary: 'Keeps a note of the tests.',
  permission: 'storage:write',
  params: z.strictObject({ id: Uuid }),
  body: z.strictObject({ text: z.string() }),
  responses: { 204: z.undefined() },
});

const id = '00000000-0000-7000-8000-000000000001';
const sent = {
  objectId: id,
  filename: 'a.txt',
  sha256: 'ab',
  sizeBytes: 1,
  incidentId: null,
  alertId: null,
  storedBy: 'x',
};

function defineNotes(migrations: URL): ServiceDefinition {
  return defineService({
    name: 'storage',
    config: z.object({}),
    migrations,
    create: ({ db, outbox, now }) => ({
      routes: [
        route(GetNote, async ({ params }) => {
          const [note] = await db.write.query<{ text: string }>(
            sql`select text from storage.notes where id = ${params.id}`,
          );
          if (!note) throw notFound('note.not_found');
          return { ...note, at: now().toISOString() };
        }),
        route(PutNote, ({ params, body, origin }) =>
          db.tx(async (tx) => {
            await tx.query(sql`insert into storage.notes (id, text) values (${params.id}, ${body.text})`);
            const payload = { ...sent, filename: body.text, storedAt: now().toISOString() };
            await outbox.publish(tx, EvidenceStored, payload, { ...origin, subject: params.id });
            return undefined;
          }),
        ),
      ],
      subscriptions: [
        subscription(MetricRecorded, async (_, { tx, event }) => {
          await tx.query(sql`insert into storage.notes (id, text) values (${event.id}, ${event.tenantid})`);
        }),
      ],
    }),
  });
}

let notes: ServiceDefinition;
let service: TestService;
let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
beforeAll(async () => {
  directory = await makeTemporaryDirectory('notes');
  const migrations = join(directory.path, 'storage', 'migrations');
  await mkdir(migrations, { recursive: true });
  await writeFile(join(migrations, '0001-notes.sql'), 'create table notes (id uuid primary key, text text not null);');
  notes = defineNotes(pathToFileURL(`${migrations}/`));
  service = await startTestService(notes, { now: () => new Date('2026-01-02T03:04:05Z') });
});
afterAll(async () => {
  await service.close();
  await directory[Symbol.asyncDispose]();
});
afterEach(() => vi.unstubAllEnvs());

test('a call answers as the contract types it, under the clock of the test', async () => {
  expect(await service.call(PutNote, { params: { id }, body: { text: 'first' } })).toMatchObject({ status: 204 });
  const { status, body } = await service.call(GetNote, { params: { id }, token: service.tokens.viewer });
  expect([status, body.text, body.at]).toEqual([200, 'first', '2026-01-02T03:04:05.000Z']);
  const [event] = await service.published(EvidenceStored, { where: ({ data }) => data.filename === 'first' });
  expect(event.tenantid).toBe('default');
  expect(await service.query('select text from storage.notes where id = $1', [id])).toEqual([{ text: 'first' }]);
});

test('an event of a neighbour arrives', async () => {
  const payload = { name: 'notes', value: 1, at: '2026-01-02T03:04:05Z', labels: {} };
  const eventId = await service.emit(MetricRecorded, payload, { tenantId: 'other' });
  await waitFor(async () => (await service.query('select text from storage.notes where id = $1', [eventId]))[0]);
  const answer = await service.call(GetNote, { params: { id: eventId } });
  expect(answer.body.text).toBe('other');
});

test('an event that is never published fails the test within its deadline', async () => {
  const never = service.published(EvidenceStored, { count: 99, deadlineMs: 100 });
  await expect(never).rejects.toThrow('nothing came of it in 100 ms');
});

test('every refusal of a contract is covered, and a missing one is found', async () => {
  await coverRefusals(service, [GetNote, PutNote]);
  const stricter = { ...GetNote, url: '/api/v1/storage/nothing/:id' };
  await expect(coverRefusals(service, [stricter])).rejects.toThrow('to deeply equal');
});

test('what was called is recorded, so that no declared status stays untested', async () => {
  const file = join(directory.path, 'statuses.txt');
  vi.stubEnv('SOC_CONTRACT_COVERAGE_FILE', file);
  const { problem } = await service.call(GetNote, { params: { id: '00000000-0000-7000-8000-0000000000ff' } });
  await service.call(GetNote, { params: { id }, token: null });
  expect(problem?.code).toBe('note.not_found');
  expect(await readFile(file, 'utf8')).toBe('GET /api/v1/storage/notes/:id 404\nGET /api/v1/storage/notes/:id 401\n');
});

test('two services share nothing, unless one is given the environment of the other', async () => {
  const [stranger, heir] = await Promise.all([startTestService(notes), startTestService(notes, { env: service.env })]);
  onTestFinished(async () => void (await Promise.all([stranger.close(), heir.close()])));
  await service.query('insert into storage.notes values ($1, $2) on conflict do nothing', [id, 'first']);
  expect((await stranger.call(GetNote, { params: { id } })).status).toBe(404);
  expect((await heir.call(GetNote, { params: { id } })).status).toBe(200);
});
