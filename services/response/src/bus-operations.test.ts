import { coverBusOperations } from '@soc/fleet/testing';
import { test } from 'vitest';
import { responseService } from './app.ts';

test('dead letters, replays and the trail of the bus answer as their contracts say', { timeout: 90_000 }, () =>
  coverBusOperations(responseService),
);
