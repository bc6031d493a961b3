import { type EventEnvelope, type Incident, uuidv7 } from '@soc/contracts';
import type { PlaybookSummary } from '@soc/contracts/response/playbooks';
import type { Trigger, TriggerEvent } from '@soc/contracts/response/triggers';
import type { Tx } from '@soc/db-cluster';
import type { BusLog } from '@soc/messaging';
import { whyNotRunnable } from './domain/runnable.ts';
import { meetsConditions } from './domain/trigger-match.ts';
import type { PlaybookRepository } from './playbook-repository.ts';
import type { RunRequest, StartRuns } from './start-runs.ts';
import type { TriggerRepository } from './trigger-repository.ts';

/** An incident as an event tells of it. */
export interface IncidentFact {
  readonly incident: Incident;
  readonly event: EventEnvelope;
}

export type FireTriggers = (tx: Tx, on: TriggerEvent, facts: readonly IncidentFact[], log: BusLog) => Promise<void>;

/** A trigger and the incident that meets its conditions. */
interface Match extends IncidentFact {
  readonly trigger: Trigger;
  readonly playbook: PlaybookSummary;
}

const toRequest = ({ incident, event, trigger, playbook }: Match, id: string): RunRequest => ({
  id,
  playbook,
  incident,
  dryRun: trigger.dryRun,
  origin: { kind: 'trigger', id: trigger.id, name: trigger.name },
  eventOrigin: {
    tenantId: incident.tenantId,
    correlationId: event.correlationid,
    causationId: event.id,
    ...(event.traceparent !== undefined && { traceparent: event.traceparent }),
    ...(event.tracestate !== undefined && { tracestate: event.tracestate }),
  },
});

/** Starts the runs of all triggers that a batch of incidents meets, each trigger once per incident. */
export function createFireTriggers(options: {
  readonly triggers: TriggerRepository;
  readonly playbooks: PlaybookRepository;
  readonly startRuns: StartRuns;
  readonly now: () => Date;
}): FireTriggers {
  const { triggers, playbooks, startRuns, now } = options;

  const findMatches = async (tx: Tx, on: TriggerEvent, facts: readonly IncidentFact[], log: BusLog) => {
    const tenantIds = [...new Set(facts.map(({ incident }) => incident.tenantId))];
    const enabled = await triggers.listEnabled(tx, on, tenantIds);
    const met = facts.flatMap((fact) =>
      enabled
        .filter(
          ({ tenantId, trigger }) =>
            tenantId === fact.incident.tenantId && meetsConditions(trigger.conditions, fact.incident),
        )
        .map(({ trigger }) => ({ ...fact, trigger })),
    );
    if (met.length === 0) return [];
    const known = await playbooks.findMany(
      tx,
      met.map(({ incident, trigger }) => ({ tenantId: incident.tenantId, playbookId: trigger.playbookId })),
    );
    return met.flatMap((one): Match[] => {
      const playbook = known.get(`${one.incident.tenantId} ${one.trigger.playbookId}`);
      const reason = playbook ? whyNotRunnable(playbook, now()) : 'deleted';
      if (playbook && reason === undefined) return [{ ...one, playbook }];
      log.warn(
        { triggerId: one.trigger.id, incidentId: one.incident.id, reason },
        'trigger met, playbook not runnable',
      );
      return [];
    });
  };

  return async (tx, on, facts, log) => {
    const open = facts.filter(({ incident }) => incident.status !== 'closed');
    if (open.length === 0) return;
    const matches = await findMatches(tx, on, open, log);
    if (matches.length === 0) return;
    const firings = matches.map((match) => ({ match, runId: uuidv7(now().getTime()) }));
    const first = await triggers.recordFirings(
      tx,
      firings.map(({ match, runId }) => ({ triggerId: match.trigger.id, incidentId: match.incident.id, runId })),
    );
    await startRuns(
      tx,
      firings.filter(({ runId }) => first.has(runId)).map(({ match, runId }) => toRequest(match, runId)),
    );
  };
}
