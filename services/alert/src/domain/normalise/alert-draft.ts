import type { Observable, Severity } from '@soc/contracts';

/** What a mapping read from one document, before texts are capped and observables made canonical. */
export interface AlertDraft {
  /** Null when no path led to one: such a document is refused. */
  readonly title: string | null;
  readonly description: string | null;
  readonly severity: Severity;
  readonly ruleId: string | null;
  readonly ruleName: string | null;
  readonly externalId: string | null;
  readonly observables: readonly Observable[];
  /** Free texts still to be searched for observables. */
  readonly extract: readonly string[];
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly tags: readonly string[];
  readonly occurredAt: Date | 'absent' | 'unreadable';
  readonly resolved: boolean;
  readonly fingerprint: readonly string[];
}
