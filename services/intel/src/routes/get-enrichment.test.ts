import { AlertCreated, EnrichmentCompleted } from '@soc/contracts';
import { GetEnrichment } from '@soc/contracts/intel/lookup';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { intelService } from '../app.ts';
import { newAlert } from '../events/alert.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(intelService);
});
afterAll(() => service.close());

it('gives what was published of an alert, to its own tenant only', async () => {
  const alert = newAlert([{ type: 'ip', value: '10.0.0.7' }]);
  await service.emit(AlertCreated, { alert });
  const [event] = await service.published(EnrichmentCompleted);
  const params = { alertId: alert.id };
  expect(await service.call(GetEnrichment, { params, token: service.tokens.viewer })).toMatchObject({
    status: 200,
    body: event.data,
  });
  const foreign = await service.call(GetEnrichment, { params, token: service.tokens.otherTenantAdmin });
  expect([foreign.status, foreign.problem?.code]).toEqual([404, 'intel.enrichment_not_found']);
});
