import type { AcceptedAlert } from '@soc/contracts/alert/ingest';
import { Counter, createDurations, type Registry } from '@soc/monitoring';
import type { Ingest, Submission } from './ingest.ts';

/** How far an alert has come: triage has told what it thinks of it; an incident has taken it in. */
type Stage = 'analysed' | 'correlated';

export interface PipelineMetrics {
  /** Counts what an ingest takes in, by source, severity and whether it was seen before. */
  readonly counted: (ingest: Ingest) => Ingest;
  /** Counts raw events that were taken in. */
  readonly events: (source: string, number: number) => void;
  /** Tells how long ago an alert came in that has reached a stage now. */
  readonly reached: (stage: Stage, alert: { readonly receivedAt: string }, at: Date) => void;
}

/** Clients name their sources as they like: beyond so many, those of one process share a name. */
const MOST_SOURCES = 100;
const OTHERS = 'others';

/** What operators see of alerts on their way: volume, and seconds since arrival by stage. */
export function createPipelineMetrics(registry: Registry): PipelineMetrics {
  const alerts = new Counter({
    name: 'soc_alerts_received_total',
    help: 'Alerts taken in, by source, severity and outcome: created, or repeated when one of its kind was there already.',
    labelNames: ['source', 'severity', 'outcome'],
    registers: [registry],
  });
  const events = new Counter({
    name: 'soc_raw_events_received_total',
    help: 'Raw events taken in for detection, by source.',
    labelNames: ['source'],
    registers: [registry],
  });
  const stages = createDurations({
    registry,
    name: 'soc_alert_stage_seconds',
    help: 'From the arrival of an alert until it is analysed for the first time, and until an incident takes it in then.',
    labelNames: ['stage'],
    bucketsS: [0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300],
  });
  const seconds = { analysed: stages.of({ stage: 'analysed' }), correlated: stages.of({ stage: 'correlated' }) };
  const known = new Set<string>();
  const nameOf = (source: string): string => {
    if (known.size < MOST_SOURCES) known.add(source);
    return known.has(source) ? source : OTHERS;
  };
  const count = ({ alert }: Submission, accepted: AcceptedAlert | undefined): void => {
    const outcome = accepted?.deduplicated ? 'repeated' : 'created';
    alerts.inc({ source: nameOf(alert.source), severity: alert.severity, outcome });
  };
  const countAll = <T extends readonly AcceptedAlert[]>(submissions: readonly Submission[], accepted: T): T => {
    for (const [index, submission] of submissions.entries()) count(submission, accepted[index]);
    return accepted;
  };
  return {
    counted: ({ one, many, within }) => ({
      one: async (submission) => {
        const answered = await one(submission);
        if (answered.ok) count(submission, answered.answer);
        return answered;
      },
      many: async (submissions) => countAll(submissions, await many(submissions)),
      // Once it is committed: a transaction that is rolled back took nothing in, and one that is run again does so once.
      within: async (tx, submissions) => {
        const accepted = await within(tx, submissions);
        tx.afterCommit(() => countAll(submissions, accepted));
        return accepted;
      },
    }),
    events: (source, number) => events.inc({ source: nameOf(source) }, number),
    reached: (stage, { receivedAt }, at) => seconds[stage](Math.max(0, at.getTime() - Date.parse(receivedAt)) / 1000),
  };
}
