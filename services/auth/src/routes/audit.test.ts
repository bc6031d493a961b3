import { createPublicKey } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type StoredCheckpoint, verifyTrail } from '@soc/audit';
import { auditEvents, type AuditFact } from '@soc/contracts';
import { ExportAudit, ListAuditRecords } from '@soc/contracts/auth/audit';
import { waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestAuth, type TestAuth } from '../auth-service.fixture.ts';

let auth: TestAuth;
const fact: AuditFact = {
  action: 'channel.create',
  outcome: 'success',
  actor: { kind: 'user', id: 'ann' },
  target: { type: 'channel', id: 'c1' },
};
const OURS = 30;
const THEIRS = 12;

beforeAll(async () => {
  auth = await startTestAuth();
  const spec = auditEvents.get('notification');
  if (!spec) throw new Error('the notification service records nothing');
  await Promise.all([
    ...Array.from({ length: OURS }, () => auth.emit(spec, fact)),
    ...Array.from({ length: THEIRS }, () =>
      auth.emit(spec, { ...fact, actor: { kind: 'user', id: 'zoe' } }, { tenantId: 'other' }),
    ),
    auth.emit(spec, { ...fact, action: 'channel.delete', outcome: 'denied', reason: 'auth.forbidden' }),
  ]);
  await waitFor(async () => (await all()) > OURS + THEIRS, { deadlineMs: 30_000 });
  await waitFor(async () => (await storedCheckpoints()).length > 0, { deadlineMs: 30_000 });
}, 90_000);
afterAll(() => auth.close());

const all = async (): Promise<number> => {
  const [row] = await auth.query<{ records: number }>('select count(*)::int as records from auth.audit_records');
  return row?.records ?? 0;
};

test('a tenant reads its own records, page by page, the newest first and each once', async () => {
  const seen: number[] = [];
  let cursor: string | undefined;
  do {
    const { status, body } = await auth.call(ListAuditRecords, {
      query: { limit: '7', action: 'channel.create', ...(cursor !== undefined && { cursor }) },
    });
    if (status !== 200) throw new Error(`answered ${status}`);
    for (const { tenantId, actor, seq } of body.items) {
      expect([tenantId, actor.id]).toEqual(['default', 'ann']);
      seen.push(seq);
    }
    cursor = body.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(seen).toHaveLength(OURS);
  expect(new Set(seen).size).toBe(OURS);
});

test.for([
  [{ outcome: 'denied', action: 'channel.delete' }, 1],
  [{ actor: 'ann', target: 'c1', service: 'notification' }, OURS + 1],
  [{ actor: 'zoe' }, 0],
  [{ to: '2020-01-01T00:00:00Z' }, 0],
] as const)('records are found by what is asked for: %o', async ([query, expected]) => {
  const { status, body } = await auth.call(ListAuditRecords, { query });
  expect(status).toBe(200);
  expect(status === 200 && body.items.length).toBe(expected);
});

test('who operates the fleet reads the records of all tenants, and nobody else does', async () => {
  const fleet = await auth.call(ListAuditRecords, { query: { scope: 'fleet', actor: 'zoe' } });
  expect(fleet.status === 200 && fleet.body.items.length).toBe(THEIRS);
  for (const endpoint of [ListAuditRecords, ExportAudit]) {
    const { status, body } = await auth.call(endpoint, {
      query: { scope: 'fleet' },
      token: auth.tokens.otherTenantAdmin,
    });
    expect([status, body]).toMatchObject([403, { code: 'auth.not_operator' }]);
  }
});

/** What the service has signed by now. */
async function storedCheckpoints(): Promise<readonly StoredCheckpoint[]> {
  const directory = auth.env['AUDIT_CHECKPOINT_DIR'] ?? '';
  const names = (await readdir(directory)).filter((name) => name.endsWith('.json'));
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(join(directory, name), 'utf8') })));
}

/** What an export answers, verified offline against the checkpoints and the public key. */
async function verifiedExport(query: Record<string, string>, token?: string) {
  // Before the export: what is signed meanwhile covers more than was exported.
  const checkpoints = await storedCheckpoints();
  const answer = await auth.call(ExportAudit, { query, ...(token !== undefined && { token }) });
  expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/x-ndjson; charset=utf-8']);
  const text = answer.raw.toString();
  const key = createPublicKey(await readFile(auth.env['AUDIT_SIGNING_KEY_FILE'] ?? '', 'utf8'));
  const report = await verifyTrail({ lines: text.split('\n'), checkpoints, publicKeys: [key] });
  return { text, ...report };
}

test('an export shows a tenant its own records and of others their hashes, and verifies as a whole', async () => {
  const { findings, records, shownRecords, text } = await verifiedExport({});
  expect(findings).toEqual([]);
  expect(records - shownRecords).toBeGreaterThanOrEqual(THEIRS);
  expect(text).not.toContain('zoe');
});

test('an export of what was asked for alone verifies as well', async () => {
  const { findings, records, shownRecords } = await verifiedExport({ action: 'channel.delete' });
  expect(findings).toEqual([]);
  expect([shownRecords, records > OURS + THEIRS]).toEqual([1, true]);
});

test('an export of the fleet shows all, and an export is itself in the trail', async () => {
  const { shownRecords, records } = await verifiedExport({ scope: 'fleet' });
  expect(shownRecords).toBe(records);
  await waitFor(
    async () => {
      const { status, body } = await auth.call(ListAuditRecords, { query: { action: 'audit.export' } });
      return status === 200 && body.items.length > 0;
    },
    { deadlineMs: 20_000 },
  );
});
