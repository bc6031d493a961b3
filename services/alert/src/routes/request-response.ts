import { ResponseRequested } from '@soc/contracts';
import { RequestResponse } from '@soc/contracts/alert/incident-work';
import type { Tx } from '@soc/db-cluster';
import { conflict, notFound, route, type RouteContext, uuidv7 } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';
import { answerOf, idempotentRequest } from './idempotent-request.ts';

type Deps = Pick<AlertDeps, 'db' | 'outbox' | 'incidents' | 'timeline' | 'idempotency' | 'now'>;

/** The response service runs the playbook; how it ended comes back as an event. */
export const requestResponseRoute = (deps: Deps) =>
  route(RequestResponse, async (context) => {
    const request = idempotentRequest(context);
    const answered = await deps.db.tx((tx) =>
      deps.idempotency.once(tx, request, RequestResponse.responses[202], () => requestResponse(deps, tx, context)),
    );
    return answerOf(answered);
  });

async function requestResponse(
  { incidents, timeline, outbox, now }: Deps,
  tx: Tx,
  { params, body, principal, origin }: RouteContext<typeof RequestResponse>,
): Promise<{ requestId: string }> {
  const { tenantId, subject, name } = principal;
  const incident = await incidents.find(tx, tenantId, params.id);
  if (!incident) throw notFound('incident.not_found');
  if (incident.mergedIntoId !== undefined) throw conflict('incident.merged');
  const at = now();
  const requestId = uuidv7(at.getTime());
  const { playbookId, dryRun } = body;
  await timeline.add(tx, [
    {
      id: requestId,
      tenantId,
      alertId: null,
      incidentId: incident.id,
      at: at.toISOString(),
      kind: 'response_requested',
      actor: name,
      summary: `asked for ${dryRun ? 'a dry run of ' : ''}playbook ${playbookId}`,
      data: { playbookId, dryRun, requestId },
    },
  ]);
  await outbox.publish(
    tx,
    ResponseRequested,
    { requestId, incident, playbookId, requestedBy: subject, requestedAt: at.toISOString(), dryRun },
    { ...origin, subject: incident.id },
  );
  return { requestId };
}
