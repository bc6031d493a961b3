import { responseEndpoints } from '@soc/contracts/response/endpoints';
import { coverRefusals, startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, test } from 'vitest';
import { responseService } from '../app.ts';
import { playbookId } from '../run-playbook.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(responseService);
});
afterAll(() => service.close());

const ofPlaybook = { request: { params: { id: playbookId(1) } } };

test('every endpoint refuses who may not call it and what does not fit', async () => {
  await coverRefusals(service, responseEndpoints, {
    getPlaybook: ofPlaybook,
    exportPlaybook: ofPlaybook,
    updatePlaybook: {
      ...ofPlaybook,
      invalid: { ...ofPlaybook.request, body: { enabled: 'yes' }, path: 'body.enabled' },
    },
    deletePlaybook: ofPlaybook,
    listPlaybooks: { invalid: { query: { cursor: 'bm8' }, path: 'query.cursor' } },
    listTriggers: { invalid: { query: { cursor: 'bm8' }, path: 'query.cursor' } },
    listRuns: { invalid: { query: { cursor: 'bm8' }, path: 'query.cursor' } },
    startRun: { invalid: { body: { playbookId: 'x', dryrun: true }, path: 'body.dryrun' } },
    createTrigger: { invalid: { body: { conditions: { severity: 'high' } }, path: 'body.conditions.severity' } },
  });
});
