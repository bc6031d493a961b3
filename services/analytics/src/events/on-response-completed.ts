import { ResponseCompleted } from '@soc/contracts';
import { subscription } from '@soc/messaging';
import type { AnalyticsDeps } from '../deps.ts';

export const onResponseCompleted = ({ facts }: Pick<AnalyticsDeps, 'facts'>) =>
  subscription(ResponseCompleted, async ({ runId, outcome, endedAt }, { tx, event }) => {
    await facts.saveRun(tx, { tenantId: event.tenantid, runId, outcome, endedAt });
  });
