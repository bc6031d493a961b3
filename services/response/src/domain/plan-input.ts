import type { JournalEntry } from './journal.ts';
import type { Playbook } from './playbook.ts';

/** Everything that decides what happens next in a run. */
export interface PlanInput {
  readonly playbook: Playbook;
  readonly run: {
    readonly id: string;
    readonly dryRun: boolean;
    readonly cancelRequested: boolean;
    readonly variables: Readonly<Record<string, string>>;
  };
  /** In the order the entries ended. */
  readonly journal: readonly JournalEntry[];
  /** `attemptKey`s of the effects the asking process is busy with. */
  readonly inFlight: ReadonlySet<string>;
  readonly now: Date;
  /** Entries of RESPONSE_ALLOWED_HOSTS. */
  readonly allowedHosts: readonly string[];
  readonly defaultTimeoutMs: number;
}
