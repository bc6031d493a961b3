import { z } from 'zod';
import { event } from '../event.ts';
import { Timestamp, Uuid } from '../primitives.ts';

export const RunOutcome = z.enum(['succeeded', 'failed', 'rejected', 'cancelled']);
export type RunOutcome = z.infer<typeof RunOutcome>;

export const ResponseCompleted = event({
  type: 'response.completed',
  version: 1,
  owner: 'response',
  summary: 'A playbook run ended.',
  payload: z.object({
    runId: Uuid,
    playbookId: z.string(),
    playbookName: z.string(),
    incidentId: Uuid.nullable(),
    outcome: RunOutcome,
    detail: z.string(),
    stepsExecuted: z.number().int().min(0),
    dryRun: z.boolean(),
    startedAt: Timestamp,
    endedAt: Timestamp,
  }),
});
