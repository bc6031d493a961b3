import type { Incident } from '@soc/contracts';
import type { PlaybookSummary } from '@soc/contracts/response/playbooks';
import type { Run, RunOrigin } from '@soc/contracts/response/runs';
import type { Tx } from '@soc/db-cluster';
import type { Origin } from '@soc/messaging';
import { incidentVariables } from './domain/variables.ts';
import type { NewRun, RunRepository } from './run-repository.ts';

export interface RunRequest {
  readonly id: string;
  readonly playbook: PlaybookSummary;
  readonly incident: Incident | undefined;
  /** Over those of the incident. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly dryRun: boolean;
  readonly origin: RunOrigin;
  readonly eventOrigin: Origin;
}

export type StartRuns = (tx: Tx, requests: readonly RunRequest[]) => Promise<readonly Run[]>;

/** Begins runs in the caller's transaction; an executor takes them up after its commit. */
export function createStartRuns(options: {
  readonly runs: RunRepository;
  readonly wakeRuns: () => void;
  readonly now: () => Date;
}): StartRuns {
  const { runs, wakeRuns, now } = options;
  const toNewRun = ({ playbook, incident, variables, eventOrigin, ...request }: RunRequest): NewRun => ({
    run: {
      id: request.id,
      playbookId: playbook.id,
      playbookName: playbook.name,
      playbookRevision: playbook.revision,
      incidentId: incident?.id ?? null,
      status: 'running',
      detail: null,
      dryRun: request.dryRun,
      origin: request.origin,
      cancelRequested: false,
      startedAt: now().toISOString(),
      endedAt: null,
    },
    variables: { ...(incident && incidentVariables(incident)), ...variables },
    eventOrigin,
  });
  return async (tx, requests) => {
    if (requests.length === 0) return [];
    const newRuns = requests.map(toNewRun);
    await runs.insert(tx, newRuns);
    tx.afterCommit(wakeRuns);
    return newRuns.map(({ run }) => run);
  };
}
