import { auditEvents } from '@soc/contracts';
import { type Audit, defineEdgeService } from '@soc/service-kit';
import { expect, inject, test } from 'vitest';
import { z } from 'zod';
import { createTestEvents } from './test-events.ts';
import { startTestService } from './test-service.ts';

test('what is left for the audit trail is sent while workers still end', async () => {
  const ended = Promise.withResolvers<void>();
  const audits: Audit[] = [];
  const definition = defineEdgeService({
    name: 'gateway',
    config: z.object({}),
    create: ({ audit }) => {
      audits.push(audit);
      return { routes: [], workers: [{ start: () => undefined, stop: () => ended.promise }] };
    },
  });
  const service = await startTestService(definition);
  const refusal = { action: 'endpoint.call', outcome: 'denied', tenantId: 'default' } as const;
  // The second is counted, and would be told ten seconds later.
  for (let i = 0; i < 2; i += 1) audits[0]?.refuse(refusal);
  const closed = service.close();
  const events = await createTestEvents(inject('redisUrl'), service.env['REDIS_PREFIX'] ?? '', () => new Date());
  try {
    const spec = auditEvents.get('gateway');
    if (!spec) throw new Error('every service has one');
    const [told] = await events.published(spec, { where: ({ data }) => data.details?.['repeated'] === 1 });
    expect(told.data).toMatchObject({ action: 'endpoint.call', outcome: 'denied' });
  } finally {
    ended.resolve();
    await closed;
    events.close();
  }
});
