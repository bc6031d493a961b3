import type { BusActor, DeadLetterReason } from '@soc/contracts';
import type { Queryable } from '@soc/db-cluster';
import { z } from 'zod';
import type { TrailRepository } from './audit-trail-repository.ts';
import type { DeadLettersRepository } from './dead-letters-repository.ts';
import type { LetterSeal } from './letter-seal.ts';

/** An event to be given up, sealed. */
export interface Corpse {
  readonly eventId: string;
  readonly type: string;
  readonly body: Buffer;
  readonly reasonCode: DeadLetterReason;
  readonly reason: string;
  /** Times a handler was given it. */
  readonly attempts: number;
}

export interface BurialOptions {
  /** Makes a letter that was settled before wait again. */
  readonly reopens?: boolean;
  readonly by?: BusActor;
}

/** Moves an event to the dead letters and notes it in the trail. The two belong together: give it a transaction. */
export type Bury = (tx: Queryable, corpse: Corpse, options?: BurialOptions) => Promise<void>;

const Facts = z.object({
  source: z.string().optional().catch(undefined),
  subject: z.string().optional().catch(undefined),
  tenantid: z.string().optional().catch(undefined),
  correlationid: z.string().optional().catch(undefined),
});

const factsIn = (text: string | undefined): z.infer<typeof Facts> => {
  try {
    return Facts.parse(JSON.parse(text ?? '{}'));
  } catch {
    return {}; // No event: there is nothing to tell of it.
  }
};

const HANDLED: readonly DeadLetterReason[] = ['handler_failed', 'not_retryable', 'no_subscription'];

export function createBurial(options: {
  readonly letters: DeadLettersRepository;
  readonly trail: TrailRepository;
  readonly seal: LetterSeal;
  readonly now: () => Date;
}): Bury {
  const { letters, trail, seal, now } = options;
  return async (tx, corpse, { reopens = false, by } = {}) => {
    const { eventId, type, body, reasonCode, reason, attempts } = corpse;
    const opened = seal.open(type, body);
    const {
      source,
      subject,
      tenantid: tenantId,
      correlationid: correlationId,
    } = factsIn(opened.ok && opened.texts.length === 1 ? opened.texts[0] : undefined);
    const letter = { ...corpse, source, subject, tenantId, correlationId, failedAt: now().toISOString() };
    await letters.bury(tx, letter, reopens);
    const kind = HANDLED.includes(reasonCode) ? 'buried' : 'refused';
    const note = { kind, type, eventIds: [eventId], attempt: attempts, reasonCode, reason } as const;
    await trail.append(tx, [by ? { ...note, actor: by } : note]);
  };
}
