import { endpoint, MetricRecorded } from '@soc/contracts';
import { sql } from '@soc/db-cluster';
import { subscription } from '@soc/messaging';
import { defineService, route } from '@soc/service-kit';
import { Redis } from 'ioredis';
import { expect, inject, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { migrationsOf } from '../services.ts';
import { startTestService } from './test-service.ts';
import { waitFor } from './wait-for.ts';

const Figures = endpoint({
  id: 'figures',
  service: 'storage',
  method: 'GET',
  url: '/figures',
  summary: 'What the gateway may keep.',
  permission: 'storage:read',
  responses: { 200: z.object({}) },
  cache: { maxAgeS: 60, invalidatedBy: ['metric.recorded'] },
});

const counting = defineService({
  name: 'storage',
  config: z.object({}),
  migrations: migrationsOf('storage') as URL, // storage has some
  create: () => ({
    routes: [route(Figures, () => Promise.resolve({}))],
    subscriptions: [subscription(MetricRecorded, async (_, { tx }) => void (await tx.query(sql`select 1`)))],
  }),
});

test('answers that the gateway keeps are outdated once an event was handled, for its tenant alone', async () => {
  const service = await startTestService(counting);
  const redis = new Redis(inject('redisUrl'));
  onTestFinished(async () => {
    redis.disconnect();
    await service.close();
  });
  const generation = (tenantId: string) =>
    redis.get(`${service.env['REDIS_PREFIX']}:cache:generation:storage:${tenantId}`);
  const payload = { name: 'notes', value: 1, at: '2026-01-02T03:04:05Z', labels: {} };
  await service.emit(MetricRecorded, payload, { tenantId: 'other' });
  await waitFor(async () => Number(await generation('other')) >= 1);
  expect(await generation('default')).toBeNull();
});
