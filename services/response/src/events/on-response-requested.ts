import { ResponseCompleted, ResponseRequested } from '@soc/contracts';
import { type HandlerContext, subscription } from '@soc/messaging';
import type { ResponseDeps } from '../deps.ts';
import { whyNotRunnable } from '../domain/runnable.ts';

/**
 * Starts the run an analyst asked for; its id is that of the request. A playbook that is unknown or may not run is
 * answered with a failed completion, so that whoever asked learns of it.
 */
export const onResponseRequested = ({
  incidents,
  playbooks,
  startRuns,
  now,
}: Pick<ResponseDeps, 'incidents' | 'playbooks' | 'startRuns' | 'now'>) =>
  subscription(ResponseRequested, async (payload, context: HandlerContext<typeof ResponseRequested>) => {
    const { tx, event, publish, log } = context;
    const { requestId, playbookId, incident, dryRun } = payload;
    await incidents.save(tx, [incident]);
    const playbook = await playbooks.find(tx, event.tenantid, playbookId);
    const reason = playbook ? whyNotRunnable(playbook, now()) : 'unknown';
    if (playbook && reason === undefined) {
      await startRuns(tx, [
        {
          id: requestId,
          playbook,
          incident,
          dryRun,
          origin: { kind: 'request', id: requestId, name: payload.requestedBy },
          eventOrigin: {
            tenantId: event.tenantid,
            correlationId: event.correlationid,
            causationId: event.id,
            ...(event.traceparent !== undefined && { traceparent: event.traceparent }),
            ...(event.tracestate !== undefined && { tracestate: event.tracestate }),
          },
        },
      ]);
      return;
    }
    log.warn({ requestId, playbookId, reason }, 'requested playbook not runnable');
    const completed = {
      runId: requestId,
      playbookId,
      playbookName: playbook?.name ?? playbookId,
      incidentId: incident.id,
      dryRun,
      outcome: 'failed' as const,
      detail: `the playbook is ${reason?.replaceAll('_', ' ')}`,
      stepsExecuted: 0,
      startedAt: payload.requestedAt,
      endedAt: now().toISOString(),
    };
    await publish(ResponseCompleted, completed, { subject: requestId });
  });
