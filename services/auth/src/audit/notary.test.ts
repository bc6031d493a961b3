import { chmod, readdir, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createPublicKey } from 'node:crypto';
import { type Checkpoint, readCheckpoints } from '@soc/audit';
import { auditEvents, type AuditFact } from '@soc/contracts';
import { makeTemporaryDirectory, startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { expect, onTestFinished, test } from 'vitest';
import { authService } from '../app.ts';

const fact: AuditFact = { action: 'channel.create', outcome: 'success', actor: { kind: 'user', id: 'ann' } };

const directoryOf = ({ env }: Pick<TestService, 'env'>): string => env['AUDIT_CHECKPOINT_DIR'] ?? '';
/** Those that are whole: one that is being written is hidden by its name. */
const filesOf = async (service: Pick<TestService, 'env'>) =>
  (await readdir(directoryOf(service))).filter((name) => !name.startsWith('.')).toSorted();

/** Lets the alert service record so many things, and waits until they are in the trail. */
async function recordMany(auth: TestService, count: number, sofar: number): Promise<void> {
  const spec = auditEvents.get('alert');
  if (!spec) throw new Error('the alert service records nothing');
  await Promise.all(Array.from({ length: count }, () => auth.emit(spec, fact)));
  await waitFor(
    async () => {
      const [row] = await auth.query<{ records: number }>('select count(*)::int as records from auth.audit_records');
      return row?.records === sofar + count;
    },
    { deadlineMs: 30_000 },
  );
}

interface Health {
  readonly status: string;
  readonly checks: { readonly auditTrail: { readonly status: string; readonly error?: string } };
}
const healthOf = async ({ app }: Pick<TestService, 'app'>) => (await app.inject({ url: '/health' })).json<Health>();

async function startSigning(): Promise<TestService> {
  const directory = await makeTemporaryDirectory('auth');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const AUTH_SERVICE_SECRETS_FILE = join(directory.path, 'service-secrets.json');
  await writeFile(AUTH_SERVICE_SECRETS_FILE, '{}');
  return startTestService(authService, { env: { AUDIT_CHECKPOINT_RECORDS: '10', AUTH_SERVICE_SECRETS_FILE } });
}

/** The same data with a second process: what a restart, or another replica, is. */
const startAgain = (auth: TestService): Promise<TestService> => startTestService(authService, { env: auth.env });

test(
  'records are signed into files that nobody overwrites, and a restart goes on where it was',
  { timeout: 120_000 },
  async () => {
    const auth = await startSigning();
    await recordMany(auth, 25, 0);
    await waitFor(async () => (await filesOf(auth)).length > 0, { deadlineMs: 20_000 });
    await auth.app.close();
    const again = await startAgain(auth);
    onTestFinished(() => again.close());
    const signed = (await filesOf(auth)).length;
    await recordMany(again, 15, 25);
    await waitFor(async () => (await filesOf(auth)).length > signed, { deadlineMs: 20_000 });
    const files = await filesOf(auth);
    for (const file of files) expect((await stat(join(directoryOf(auth), file))).mode & 0o777).toBe(0o444);
    const stored = await Promise.all(
      files.map(async (name) => ({ name, text: await readFile(join(directoryOf(auth), name), 'utf8') })),
    );
    const key = createPublicKey(await readFile(auth.env['AUDIT_SIGNING_KEY_FILE'] ?? '', 'utf8'));
    expect(readCheckpoints(stored, [key]).findings).toEqual([]);
    expect((await healthOf(again)).checks.auditTrail.status).toBe('ok');
  },
);

test('several replicas continue one chain and one series of checkpoints', { timeout: 120_000 }, async () => {
  const first = await startSigning();
  onTestFinished(() => first.close());
  const second = await startAgain(first);
  await recordMany(first, 60, 0);
  await recordMany(second, 60, 60);
  await second.close({ keepData: true }); // signs what is left
  const newest = (await filesOf(first)).at(-1) ?? '';
  const { claim } = JSON.parse(await readFile(join(directoryOf(first), newest), 'utf8')) as Checkpoint;
  expect(claim.size).toBe(120);
  const third = await startAgain(first);
  await waitFor(async () => (await healthOf(third)).checks.auditTrail.status === 'ok', { deadlineMs: 20_000 });
  await third.close({ keepData: true });
  expect((await healthOf(first)).checks.auditTrail).toMatchObject({ status: 'ok' });
});

/** Does what a role that owns the database could do, behind the trigger. */
const tamper = async (auth: TestService, statement: string): Promise<void> => {
  await auth.query('alter table auth.audit_records disable trigger user');
  await auth.query(statement);
  await auth.query('alter table auth.audit_records enable trigger user');
};

test.for([
  ['changed', `update auth.audit_records set body = replace(body, 'ann', 'bob') where seq = 7`, 'record 7'],
  ['hidden from its tenant', `update auth.audit_records set tenant_id = 'other' where seq = 7`, 'tenantId'],
  ['deleted', 'delete from auth.audit_records where seq = 7', 'record 7 is missing'],
  ['cut off at the end', 'delete from auth.audit_records where seq > 11', 'record 12 is missing'],
] as const)(
  'a trail of which a record was %s makes the next start degraded, and is signed no more',
  { timeout: 120_000 },
  async ([, statement, told]) => {
    const auth = await startSigning();
    await recordMany(auth, 12, 0);
    await waitFor(async () => (await filesOf(auth)).length > 0, { deadlineMs: 20_000 });
    await auth.close({ keepData: true });
    await tamper(auth, statement);
    const files = await filesOf(auth);
    const again = await startAgain(auth);
    onTestFinished(() => again.close());
    const health = await waitFor(
      async () => {
        const { status, checks } = await healthOf(again);
        return status === 'degraded' && checks.auditTrail;
      },
      { deadlineMs: 20_000 },
    );
    expect(health).toMatchObject({ error: expect.stringContaining(told) });
    expect(await filesOf(auth)).toEqual(files);
  },
);

test('a checkpoint that was changed or taken away makes the next start degraded', { timeout: 120_000 }, async () => {
  const auth = await startSigning();
  await recordMany(auth, 12, 0);
  await waitFor(async () => (await filesOf(auth)).length > 0, { deadlineMs: 20_000 });
  await recordMany(auth, 12, 12);
  await waitFor(async () => (await filesOf(auth)).length > 1, { deadlineMs: 20_000 });
  await auth.close({ keepData: true });
  const [first = ''] = await filesOf(auth);
  const path = join(directoryOf(auth), first);
  const text = await readFile(path, 'utf8');
  await chmod(path, 0o644);
  await writeFile(path, text.replace(/"root":"../, '"root":"00'));
  const changed = await startAgain(auth);
  await waitFor(async () => (await healthOf(changed)).checks.auditTrail.error?.includes('not signed'), {
    deadlineMs: 20_000,
  });
  await changed.close({ keepData: true });
  await unlink(path);
  const missing = await startAgain(auth);
  onTestFinished(() => missing.close());
  const error = await waitFor(async () => (await healthOf(missing)).checks.auditTrail.error, { deadlineMs: 20_000 });
  expect(error).toContain('does not follow');
});
