import { randomBytes } from 'node:crypto';
import { coverBusOperations } from '@soc/fleet/testing';
import { test } from 'vitest';
import { notificationService } from './app.ts';

test('dead letters, replays and the trail of the bus answer as their contracts say', { timeout: 90_000 }, () =>
  coverBusOperations(notificationService, { env: { NOTIFICATION_SECRET_KEY: randomBytes(32).toString('base64') } }),
);
