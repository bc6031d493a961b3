import { ResponseCompleted } from '@soc/contracts';
import { subscription } from '@soc/messaging';
import { uuidv7 } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';

/** Remembers how a playbook run on an incident ended. */
export const onResponseCompleted = ({ incidents, timeline, now }: Pick<AlertDeps, 'incidents' | 'timeline' | 'now'>) =>
  subscription(ResponseCompleted, async ({ stepsExecuted, incidentId, ...response }, { tx, event }) => {
    if (incidentId === null) return;
    const { tenantid: tenantId } = event;
    const { runId, playbookId, playbookName, outcome, dryRun, endedAt } = response;
    await incidents.addResponse(tx, { tenantId, incidentId }, response);
    await timeline.add(tx, [
      {
        id: uuidv7(now().getTime()),
        tenantId,
        alertId: null,
        incidentId,
        at: new Date(endedAt).toISOString(),
        kind: 'response_completed',
        actor: 'response',
        summary: `${dryRun ? 'dry run of ' : ''}playbook "${playbookName}" ${outcome}`,
        data: { runId, playbookId, outcome, stepsExecuted, dryRun },
      },
    ]);
  });
