import type { RunDetail } from '@soc/contracts/response/runs';
import type { StepExecution, StepOutcome } from '@soc/contracts/response/step-executions';
import type { Queryable } from '@soc/db-cluster';
import type { ResponseDeps } from '../deps.ts';
import type { Playbook } from '../domain/playbook.ts';
import { readPlaybook } from '../domain/read-playbook.ts';
import { redactRecord } from '../domain/redact.ts';
import type { StoredEntry } from '../journal-repository.ts';
import type { StoredRun } from '../run-repository.ts';

const shownOutcome = ({ variables, ...rest }: StepOutcome): StepOutcome => ({
  ...rest,
  ...(variables && { variables: redactRecord(variables) }),
});

function toStep(playbook: Playbook | undefined, { outcome, ...entry }: StoredEntry): StepExecution {
  const step = playbook?.steps.get(entry.stepId);
  return {
    ...entry,
    stepType: step?.type ?? 'unknown',
    stepName: step?.name ?? null,
    outcome: outcome && shownOutcome(outcome),
  };
}

/** The playbook of a run, in the revision it runs with; undefined where it cannot be read any more. */
export async function playbookOfRun(
  { playbooks }: Pick<ResponseDeps, 'playbooks'>,
  read: Queryable,
  tenantId: string,
  { playbookId, playbookRevision }: StoredRun,
): Promise<Playbook | undefined> {
  const stored = readPlaybook(await playbooks.findDocument(read, tenantId, playbookId, playbookRevision));
  return stored.ok ? stored.playbook : undefined;
}

/** A run with its journal as people see it: values of secret variables hidden. */
export async function toRunDetail(
  { journals }: Pick<ResponseDeps, 'journals'>,
  read: Queryable,
  run: StoredRun,
  playbook: Playbook | undefined,
): Promise<RunDetail> {
  const entries = await journals.list(read, run.id);
  return { ...run, variables: redactRecord(run.variables), steps: entries.map((entry) => toStep(playbook, entry)) };
}
