import { readFileSync } from 'node:fs';
import {
  DeletePlaybook,
  ExportPlaybook,
  GetPlaybook,
  ImportPlaybook,
  ListPlaybooks,
  UpdatePlaybook,
} from '@soc/contracts/response/playbooks';
import { sharedData, startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { responseService } from '../app.ts';
import { httpStep, manualStep, playbookDocument } from '../domain/playbook.fixture.ts';
import { importSteps, playbookId } from '../run-playbook.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(responseService);
});
afterAll(() => service.close());

const UNKNOWN = { params: { id: playbookId(999) } };

describe('importing', () => {
  test('a playbook is listed, shown with its steps, and given back as it was', async () => {
    const secret = httpStep(
      { on_completion: 'ask' },
      { headers: { Authorization: ['Bearer k3y'] }, content: '{"b":1,"a":2}' },
    );
    const document = playbookDocument({ send: secret, ask: manualStep() }, { id: playbookId(1), labels: ['x'] });
    const imported = await service.call(ImportPlaybook, { body: document });
    expect(imported.status).toBe(201);
    expect(imported.body).toMatchObject({ revision: 1, enabled: true, stepCount: 4, importedBy: 'Test admin' });

    const params = { id: playbookId(1) };
    const shown = await service.call(GetPlaybook, { params, token: service.tokens.viewer });
    expect(shown.body.steps.find(({ id }) => id === 'send')).toMatchObject({
      does: ['POST http://edr.test:8080/v1/isolate'],
      leadsTo: [{ by: 'on_completion', stepId: 'ask' }],
    });
    expect(JSON.stringify(shown.body)).not.toContain('k3y');

    const exported = await service.call(ExportPlaybook, { params });
    expect(exported.status).toBe(200);
    expect(JSON.stringify(exported.body)).toBe(JSON.stringify(document));
  });

  test('a refused playbook names each place and reason', async () => {
    const body = playbookDocument({ a: httpStep({ on_completion: 'b' }), b: httpStep({ on_completion: 'a' }) });
    const { status, problem } = await service.call(ImportPlaybook, { body });
    expect(status).toBe(422);
    expect(problem).toMatchObject({
      code: 'playbook.invalid',
      errors: [{ path: 'workflow.b', message: 'cycle: leads back to an earlier step: a → b → a' }],
    });
  });

  test('a later version replaces, the same changes nothing, an earlier or a different one of the same time is refused', async () => {
    const version = (modified: string, name = 'v') => playbookDocument({}, { id: playbookId(2), modified, name });
    const post = (body: Record<string, unknown>) => service.call(ImportPlaybook, { body });
    expect((await post(version('2026-02-01T00:00:00.000Z'))).body).toMatchObject({ revision: 1 });
    expect((await post(version('2026-02-01T00:00:00.000Z'))).body).toMatchObject({ revision: 1 });
    expect((await post(version('2026-02-02T00:00:00.000Z'))).body).toMatchObject({ revision: 2 });
    const refusals = [
      await post(version('2026-02-02T00:00:00.000Z', 'w')),
      await post(version('2026-02-01T00:00:00.000Z')),
    ];
    expect(refusals.map(({ status, problem }) => [status, problem?.code])).toEqual([
      [409, 'playbook.version_exists'],
      [409, 'playbook.outdated'],
    ]);
  });

  test('a replacement stays disabled when its predecessor was', async () => {
    const params = { id: await importSteps(service, { id: 3, steps: {} }) };
    await service.call(UpdatePlaybook, { params, body: { enabled: false } });
    await importSteps(service, { id: 3, steps: {}, rest: { modified: '2026-03-01T00:00:00.000Z' } });
    expect((await service.call(GetPlaybook, { params })).body).toMatchObject({ revision: 2, enabled: false });
  });

  test('the same playbook from many clients at once becomes one revision', async () => {
    const body = playbookDocument({}, { id: playbookId(4) });
    const answers = await Promise.all(Array.from({ length: 4 }, () => service.call(ImportPlaybook, { body })));
    expect(answers.map(({ status, body: { revision } }) => [status, revision])).toEqual(Array(4).fill([201, 1]));
  });

  const published = sharedData('09-playbooks/cacao-examples/spec-3.1-example.json');
  test.skipIf(published === undefined)('the example of the specification comes back as published', async () => {
    const document: unknown = JSON.parse(readFileSync(published ?? '', 'utf8'));
    const { body } = await service.call(ImportPlaybook, { body: document });
    const exported = await service.call(ExportPlaybook, { params: { id: body.id } });
    expect(exported.body).toEqual(document);
  });
});

test('pages of the list follow each other without gap or repetition', async () => {
  const token = service.tokens.otherTenantAdmin;
  for (const [index, name] of ['b', 'a', 'c', 'a', 'b'].entries()) {
    await service.call(ImportPlaybook, { token, body: playbookDocument({}, { id: playbookId(20 + index), name }) });
  }
  await service.call(UpdatePlaybook, { token, params: { id: playbookId(22) }, body: { enabled: false } });
  const names: string[] = [];
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const { status, body } = await service.call(ListPlaybooks, {
      token,
      query: { limit: 2, ...(cursor && { cursor }) },
    });
    expect(status).toBe(200);
    names.push(...body.items.map(({ name, id }) => `${name}${id.at(-1)}`));
    cursor = body.nextCursor;
  }
  expect(names).toEqual(['a1', 'a3', 'b0', 'b4', 'c2']);
  const disabled = await service.call(ListPlaybooks, { token, query: { enabled: 'false' } });
  expect(disabled.body.items.map(({ name }) => name)).toEqual(['c']);
});

describe('one playbook', () => {
  test('can be disabled and enabled; a revoked one stays disabled', async () => {
    const params = { id: await importSteps(service, { id: 30, steps: {}, rest: { revoked: true } }) };
    const enabling = await service.call(UpdatePlaybook, { params, body: { enabled: true } });
    expect([enabling.status, enabling.problem?.code]).toEqual([409, 'playbook.revoked']);
    expect((await service.call(GetPlaybook, { params })).body.enabled).toBe(false);
    const disabling = await service.call(UpdatePlaybook, { params, body: { enabled: false } });
    expect([disabling.status, disabling.body.enabled]).toEqual([200, false]);
  });

  test('once deleted is gone', async () => {
    const params = { id: await importSteps(service, { id: 31, steps: {} }) };
    expect((await service.call(DeletePlaybook, { params })).status).toBe(204);
    const answers = [
      await service.call(GetPlaybook, { params }),
      await service.call(ExportPlaybook, { params }),
      await service.call(DeletePlaybook, { params }),
      await service.call(UpdatePlaybook, { params, body: { enabled: true } }),
    ];
    expect(answers.map(({ status, problem }) => [status, problem?.code])).toEqual(
      Array(4).fill([404, 'playbook.not_found']),
    );
  });

  test('of another tenant is not there', async () => {
    const params = { id: await importSteps(service, { id: 32, steps: {} }) };
    expect((await service.call(GetPlaybook, { params, token: service.tokens.otherTenantAdmin })).status).toBe(404);
    expect((await service.call(GetPlaybook, UNKNOWN)).status).toBe(404);
  });

  test('is exported only to those who may write playbooks: it may hold credentials', async () => {
    const params = { id: await importSteps(service, { id: 33, steps: {} }) };
    expect((await service.call(ExportPlaybook, { params, token: service.tokens.responder })).status).toBe(403);
  });
});
