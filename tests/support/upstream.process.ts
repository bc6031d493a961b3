// One instance of the alert service, as far as the gateway can tell: a real service that answers everything alike, after a
// moment. Its environment says where it listens; SIGTERM stops it politely.
import { setTimeout as pause } from 'node:timers/promises';
import { defineEdgeService, runService } from '@soc/service-kit';
import { z } from 'zod';

const upstream = defineEdgeService({
  name: 'alert',
  config: z.object({ ANSWER_AFTER_MS: z.coerce.number().default(5) }),
  create: ({ config }) => ({
    routes: [],
    extend: (app) => {
      app.all('/api/v1/alerts', async () => {
        await pause(config.ANSWER_AFTER_MS);
        return { pid: process.pid };
      });
    },
  }),
});

await runService(upstream, process);
