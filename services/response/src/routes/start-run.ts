import { uuidv7 } from '@soc/contracts';
import { type Run, StartRun } from '@soc/contracts/response/runs';
import type { Tx } from '@soc/db-cluster';
import { conflict, notFound, route, unprocessable } from '@soc/service-kit';
import type { ResponseDeps } from '../deps.ts';
import { readAcceptedPlaybook } from '../domain/read-playbook.ts';
import { whyNotRunnable } from '../domain/runnable.ts';
import { checkGivenVariables } from '../domain/variables.ts';

type Deps = Pick<ResponseDeps, 'db' | 'playbooks' | 'incidents' | 'startRuns' | 'now'>;

/** The playbook, where it may run with these variables. Throws the refusal otherwise. */
async function findRunnable(
  { playbooks, now }: Deps,
  tx: Tx,
  tenantId: string,
  wanted: { readonly playbookId: string; readonly variables: Readonly<Record<string, string>> },
) {
  const playbook = await playbooks.find(tx, tenantId, wanted.playbookId);
  const document = playbook && (await playbooks.findDocument(tx, tenantId, playbook.id, playbook.revision));
  if (!document) throw notFound('playbook.not_found');
  const reason = whyNotRunnable(playbook, now());
  if (reason !== undefined) throw conflict(`playbook.${reason}`);
  const given = checkGivenVariables(readAcceptedPlaybook(document), wanted.variables);
  if (!given.ok) throw unprocessable(`run.${given.refusal}`, given.name);
  return playbook;
}

export const startRunRoute = (deps: Deps) =>
  route(StartRun, ({ body, principal, origin, log }) =>
    deps.db.tx(async (tx): Promise<Run> => {
      const { incidents, startRuns, now } = deps;
      const playbook = await findRunnable(deps, tx, principal.tenantId, body);
      const { incidentId, variables, dryRun } = body;
      const incident = incidentId === undefined ? undefined : await incidents.find(tx, principal.tenantId, incidentId);
      if (incidentId !== undefined && !incident) throw notFound('incident.not_found');
      const id = uuidv7(now().getTime());
      const by = { kind: 'person', id: null, name: principal.name } as const;
      const [run] = await startRuns(tx, [
        { id, playbook, incident, variables, dryRun, origin: by, eventOrigin: origin },
      ]);
      if (!run) throw new Error('startRuns begins a run for every request');
      log.info({ runId: id, playbookId: playbook.id, incidentId, dryRun }, 'run started');
      return run;
    }),
  );
