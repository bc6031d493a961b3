import { DeletePlaybook } from '@soc/contracts/response/playbooks';
import {
  CreateTrigger,
  DeleteTrigger,
  GetTrigger,
  ListTriggers,
  ReplaceTrigger,
  type TriggerBody,
} from '@soc/contracts/response/triggers';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { responseService } from '../app.ts';
import { importSteps, playbookId } from '../run-playbook.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(responseService);
  await importSteps(service, { id: 1, steps: {} });
});
afterAll(() => service.close());

const trigger = (rest: Partial<TriggerBody> = {}) => ({
  name: 'severe',
  playbookId: playbookId(1),
  on: 'incident.created',
  ...rest,
});

async function create(rest: Partial<TriggerBody> = {}): Promise<string> {
  const { status, body } = await service.call(CreateTrigger, { body: trigger(rest) });
  expect(status).toBe(201);
  return body.id;
}

test('a trigger is kept as it was made, with the defaults filled in', async () => {
  const id = await create({ conditions: { minSeverity: 'high' } });
  const { status, body } = await service.call(GetTrigger, { params: { id } });
  expect(status).toBe(200);
  expect(body).toMatchObject({ ...trigger(), conditions: { minSeverity: 'high' }, enabled: true, dryRun: false });
});

test('a replacement says everything anew', async () => {
  const id = await create({ conditions: { minSeverity: 'high' } });
  const body = trigger({ name: 'any', on: 'incident.updated', dryRun: true });
  const replaced = await service.call(ReplaceTrigger, { params: { id }, body });
  expect([replaced.status, replaced.body]).toMatchObject([200, { ...body, id, conditions: {} }]);
  expect((await service.call(GetTrigger, { params: { id } })).body).toEqual(replaced.body);
});

test('a trigger needs a playbook that is there', async () => {
  const body = trigger({ playbookId: playbookId(99) });
  const id = await create();
  const answers = [
    await service.call(CreateTrigger, { body }),
    await service.call(ReplaceTrigger, { params: { id }, body }),
    await service.call(CreateTrigger, { body: trigger(), token: service.tokens.otherTenantAdmin }),
  ];
  expect(answers.map(({ status, problem }) => [status, problem?.code])).toEqual(
    Array(3).fill([422, 'trigger.unknown_playbook']),
  );
});

test('a deleted trigger is gone, and so are those of a deleted playbook', async () => {
  const id = await create();
  expect((await service.call(DeleteTrigger, { params: { id } })).status).toBe(204);
  await importSteps(service, { id: 2, steps: {} });
  const orphan = await create({ playbookId: playbookId(2) });
  await service.call(DeletePlaybook, { params: { id: playbookId(2) } });
  const answers = [
    await service.call(GetTrigger, { params: { id } }),
    await service.call(GetTrigger, { params: { id: orphan } }),
    await service.call(DeleteTrigger, { params: { id } }),
    await service.call(ReplaceTrigger, { params: { id }, body: trigger() }),
  ];
  expect(answers.map(({ status, problem }) => [status, problem?.code])).toEqual(
    Array(4).fill([404, 'trigger.not_found']),
  );
});

test('pages of the list follow each other, newest first', async () => {
  await importSteps(service, { id: 3, steps: {} });
  for (const name of ['1', '2', '3']) await create({ name, playbookId: playbookId(3) });
  const query = { limit: 2, playbookId: playbookId(3) };
  const first = await service.call(ListTriggers, { query });
  const second = await service.call(ListTriggers, { query: { ...query, cursor: first.body.nextCursor ?? '' } });
  expect(first.status).toBe(200);
  expect([first, second].map(({ body }) => body.items.map(({ name }) => name))).toEqual([['3', '2'], ['1']]);
  expect(second.body.nextCursor).toBeNull();
});
