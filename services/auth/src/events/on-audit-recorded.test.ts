import { createTrailVerifier } from '@soc/audit';
import { auditEvents, type AuditFact, uuidv7 } from '@soc/contracts';
import { ListUsers } from '@soc/contracts/auth/users';
import { waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestAuth, type TestAuth } from '../auth-service.fixture.ts';

let auth: TestAuth;
beforeAll(async () => {
  auth = await startTestAuth();
}, 60_000);
afterAll(() => auth.close());

const fact: AuditFact = {
  action: 'playbook.create',
  outcome: 'success',
  actor: { kind: 'user', id: 'ann', name: 'Ann' },
  target: { type: 'playbook', id: 'p1' },
};

/** The type of event by which a service records. */
const recordedBy = (service: 'alert' | 'gateway' | 'response') => {
  const spec = auditEvents.get(service);
  if (!spec) throw new Error(`${service} records nothing`);
  return spec;
};

interface Row {
  readonly seq: number;
  readonly service: string;
  readonly tenant_id: string;
  readonly action: string;
  readonly body: string;
  readonly chain: Buffer;
}
const rows = () =>
  auth.query<Row>('select seq::int, service, tenant_id, action, body, chain from auth.audit_records order by seq');

test('what services record is one chain, whoever recorded it and for whichever tenant', async () => {
  await Promise.all([
    ...Array.from({ length: 20 }, () => auth.emit(recordedBy('response'), fact)),
    ...Array.from({ length: 20 }, () => auth.emit(recordedBy('gateway'), fact, { tenantId: 'other' })),
  ]);
  await waitFor(async () => (await rows()).length >= 40, { deadlineMs: 20_000 });
  const verifier = createTrailVerifier([]);
  for (const { seq, chain, body } of await rows()) {
    expect(verifier.add({ seq, chain, content: { body } })).toBeUndefined();
  }
  expect(new Set((await rows()).map(({ service, tenant_id }) => `${service} ${tenant_id}`))).toEqual(
    new Set(['response default', 'gateway other']),
  );
});

test('an event that comes twice is recorded once', async () => {
  const spec = recordedBy('alert');
  const id = uuidv7(Date.now());
  const envelope = {
    specversion: '1.0',
    id,
    type: spec.type,
    dataschemaversion: 1,
    source: 'alert',
    time: new Date().toISOString(),
    tenantid: 'default',
    subject: 'p1',
    correlationid: id,
    data: fact,
  };
  for (let time = 0; time < 3; time += 1) await auth.emitText(spec, JSON.stringify(envelope));
  await auth.emit(spec, { ...fact, action: 'last.one' });
  await waitFor(async () => (await rows()).some(({ action }) => action === 'last.one'), { deadlineMs: 20_000 });
  expect((await rows()).filter(({ body }) => body.includes(id))).toHaveLength(1);
});

test('a call that is refused at the auth service itself is recorded with who asked, from where and why', async () => {
  const token = auth.tokens.viewer;
  await auth.call(ListUsers, { token });
  await waitFor(async () => (await rows()).some(({ service }) => service === 'auth'), { deadlineMs: 20_000 });
  const record = (await rows()).find(({ service }) => service === 'auth');
  expect(JSON.parse(record?.body ?? '')).toMatchObject({
    action: 'endpoint.call',
    outcome: 'denied',
    reason: 'auth.forbidden',
    target: { type: 'endpoint', id: 'listUsers' },
    request: { method: 'GET', route: '/api/v1/auth/users' },
  });
});

test('no statement of the service or of a tenant changes, deletes or truncates a record', async () => {
  await expect(auth.query(`update auth.audit_records set action = 'x.y'`)).rejects.toThrow('append-only');
  await expect(auth.query('delete from auth.audit_records')).rejects.toThrow('append-only');
  await expect(auth.query('truncate auth.audit_records')).rejects.toThrow('append-only');
});
