/** What workers are asked for, each about itself. */
export type ReportKind = 'metrics' | 'health';

/** From a worker to the process that keeps the workers. */
export type FromWorker =
  | { readonly kind: 'ask'; readonly id: number; readonly what: ReportKind }
  | { readonly kind: 'reported'; readonly id: number; readonly report: unknown };

/** From the process that keeps the workers to one of them. */
export type ToWorker =
  | { readonly kind: 'report'; readonly id: number; readonly what: ReportKind }
  /** `missing` counts the workers that did not report in time. */
  | { readonly kind: 'answer'; readonly id: number; readonly reports: readonly unknown[]; readonly missing: number };

/** Of a worker: its place among them, which a successor takes over. */
export const WORKER_PLACE = 'GATEWAY_WORKER_PLACE';
