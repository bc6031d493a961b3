import type { HealthCheck, HealthReport, Registry } from '@soc/monitoring';
import { mergeExpositions } from './merge-expositions.ts';
import type { Siblings } from './siblings.ts';

/** What one worker tells of all of them, whichever is asked. */
export interface WorkerReports {
  /** The metrics of all workers, each sample with the place of its worker. */
  readonly metrics: () => Promise<string>;
  readonly check: HealthCheck;
}

/** `runChecks` are this worker's own. Undefined for a gateway of one process, which has no place among others. */
export function createWorkerReports(
  siblings: Siblings,
  registry: Registry,
  {
    place,
    runChecks,
    labels,
  }: {
    readonly place: number | undefined;
    readonly runChecks: () => Promise<HealthReport>;
    readonly labels: Readonly<Record<string, string>>;
  },
): WorkerReports | undefined {
  if (place === undefined) return undefined;
  registry.setDefaultLabels({ ...labels, worker: String(place) });
  siblings.report('metrics', () => registry.metrics());
  siblings.report('health', async () => ({ place, status: (await runChecks()).status }));
  return {
    metrics: async () => mergeExpositions((await siblings.ask<string>('metrics')).reports),
    check: {
      critical: false,
      run: async () => {
        const { reports, missing } = await siblings.ask<{ readonly place: number; readonly status: string }>('health');
        const ill = reports.filter(({ status }) => status !== 'ok');
        if (missing > 0) throw new Error(`${missing} of ${reports.length + missing} workers do not report`);
        if (ill.length > 0) throw new Error(ill.map(({ place: at, status }) => `worker ${at} is ${status}`).join(', '));
        return { workers: reports.length };
      },
    },
  };
}
