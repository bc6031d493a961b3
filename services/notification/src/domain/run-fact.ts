import type { PayloadOf, ResponseCompleted } from '@soc/contracts';
import { type Fact, type FactOrigin, line } from './fact.ts';

/** A playbook run ended. It has no severity of its own. */
export function runFact(run: PayloadOf<typeof ResponseCompleted>, origin: FactOrigin): Fact {
  const { runId, playbookName, incidentId, outcome, detail, stepsExecuted, dryRun, endedAt } = run;
  return {
    ...origin,
    throttleSubject: `run:${runId}`,
    message: {
      type: 'response.completed',
      subject: runId,
      title: `Playbook ${playbookName} ${outcome}${dryRun ? ' (dry run)' : ''}`,
      severity: null,
      occurredAt: endedAt,
      lines: [
        { label: 'Playbook', value: playbookName },
        { label: 'Outcome', value: outcome },
        ...line('Detail', detail),
        { label: 'Steps', value: String(stepsExecuted) },
        { label: 'Ended', value: endedAt },
        ...line('Incident', incidentId ?? ''),
        { label: 'Run', value: runId },
      ],
      data: { ...run },
    },
  };
}
