import type { Message } from './envelope.ts';

/** Messages of one commit, with their rows in the outbox. */
export interface Committed {
  readonly ids: readonly number[];
  readonly messages: readonly Message[];
  /** When any type is ordered: per message the latest earlier row of its subject that was not sent yet. */
  readonly after?: readonly (number | null)[];
}
