import { Severity } from '@soc/contracts';
import type { DbCluster } from '@soc/db-cluster';
import type { BusLog } from '@soc/messaging';
import { Gauge, type Registry } from '@soc/monitoring';
import type { Worker } from '@soc/service-kit';
import type { createSituationRepository, Situation } from './situation-repository.ts';

/** Looks at the work of the SOC every so often, for operators: Prometheus must not wait for the database. */
export function createSituationWatch(given: {
  readonly db: Pick<DbCluster, 'read'>;
  readonly repository: ReturnType<typeof createSituationRepository>;
  readonly registry: Registry;
  readonly now: () => Date;
  readonly log: BusLog;
  readonly everyMs: number;
}): Worker {
  const { db, repository, registry, now, log, everyMs } = given;
  const show = createSituationGauges(registry);
  let timer: NodeJS.Timeout | undefined;
  let isLooking = false;
  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    try {
      show(await repository.read(db.read, now()));
    } catch (error) {
      log.warn({ err: error }, 'situation not read');
    } finally {
      isLooking = false;
    }
  };
  return {
    start: () => {
      void look();
      timer = setInterval(() => void look(), everyMs).unref();
    },
    // What is under way is given up with its connection: a database that hangs must not hold up the end.
    stop: () => {
      clearInterval(timer);
      return Promise.resolve();
    },
  };
}

/** Figures of all tenants together; what there is none of any more is gone with the next look. */
function createSituationGauges(registry: Registry): (situation: Situation) => void {
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const open = gauge('soc_open_alerts', 'Alerts that are not closed.', ['severity']);
  const untouched = gauge('soc_untouched_alerts', 'Alerts that nobody has looked at.', ['severity']);
  const oldest = gauge('soc_untouched_alerts_oldest_seconds', 'Since the oldest of them came in.', ['severity']);
  const incidents = gauge('soc_open_incidents', 'Incidents that are not closed.', ['severity']);
  const mean = gauge(
    'soc_milestone_mean_seconds',
    'From arrival to a milestone, of alerts that reached it in the last day.',
    ['milestone'],
  );
  const p90 = gauge('soc_milestone_p90_seconds', 'What nine in ten of them took at most.', ['milestone']);
  const reached = gauge('soc_milestone_alerts', 'Alerts that reached a milestone in the last day.', ['milestone']);
  const techniques = gauge(
    'soc_technique_alerts',
    'Alerts of the last day by ATT&CK technique, of the most frequent.',
    ['technique'],
  );
  const verdicts = gauge('soc_verdict_alerts', 'Alerts closed in the last day by verdict.', ['verdict']);
  return (situation) => {
    for (const each of [mean, p90, techniques, verdicts]) each.reset();
    for (const severity of Severity.options) {
      const found = situation.backlog.find((row) => row.severity === severity);
      open.set({ severity }, found?.alerts ?? 0);
      untouched.set({ severity }, found?.untouched ?? 0);
      oldest.set({ severity }, found?.oldestUntouchedS ?? 0);
      incidents.set({ severity }, situation.incidents.find((row) => row.severity === severity)?.incidents ?? 0);
    }
    for (const milestone of ['acknowledged', 'resolved'] as const) {
      const found = situation.durations.find((row) => row.milestone === milestone);
      reached.set({ milestone }, found?.alerts ?? 0);
      if (!found) continue;
      mean.set({ milestone }, found.meanS);
      p90.set({ milestone }, found.p90S);
    }
    for (const { technique, alerts } of situation.techniques) techniques.set({ technique }, alerts);
    for (const { verdict, alerts } of situation.verdicts) verdicts.set({ verdict }, alerts);
  };
}
