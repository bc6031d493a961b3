import type { JournalEntry } from './journal.ts';

/** Attempts at one effect without a person's word. */
export const MAX_ATTEMPTS = 4;

/** Why a flow stopped: something failed, or a person said no. */
export interface Breakage {
  readonly kind: 'broken';
  readonly cause: 'failed' | 'rejected';
  readonly detail: string;
}

/** How far an effect has come. */
export type EffectProgress =
  | { readonly kind: 'done' }
  | { readonly kind: 'begin'; readonly attempt: number }
  /** Must wait this long before its first attempt. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  | { readonly kind: 'in_flight' }
  /** Nothing to do before `dueAt`. */
  | { readonly kind: 'not_due'; readonly dueAt: string }
  /** A person must decide, before `dueAt` where there is one. */
  | { readonly kind: 'undecided'; readonly dueAt: string | null }
  /** Nobody decided in time. */
  | { readonly kind: 'expired' }
  /** Begun by a process that is gone: whether it happened is not known. */
  | { readonly kind: 'orphaned' }
  | Breakage;

export interface EffectCircumstances {
  /** The same attempt twice has the effect of one. */
  readonly isRepeatable: boolean;
  /** This very attempt is being made by the process that asks. */
  readonly isInFlight: boolean;
  readonly delayMs: number;
  readonly now: Date;
}

const isDue = (dueAt: string, now: Date): boolean => Date.parse(dueAt) <= now.getTime();

/** What the last entry of the journal about an effect means for what comes next. */
export function progressOf(last: JournalEntry | undefined, circumstances: EffectCircumstances): EffectProgress {
  const { isRepeatable, isInFlight, delayMs, now } = circumstances;
  if (!last) return delayMs > 0 ? { kind: 'delay', delayMs } : { kind: 'begin', attempt: 1 };
  const again = { kind: 'begin', attempt: last.attempt + 1 } as const;
  switch (last.state) {
    case 'succeeded':
    case 'simulated':
      return { kind: 'done' };
    case 'started':
      return isInFlight ? { kind: 'in_flight' } : { kind: 'orphaned' };
    case 'uncertain':
      return isRepeatable && last.attempt < MAX_ATTEMPTS ? again : { kind: 'undecided', dueAt: null };
    case 'waiting':
      if (last.dueAt !== null && isDue(last.dueAt, now)) return { kind: 'expired' };
      return { kind: 'undecided', dueAt: last.dueAt };
    case 'delayed':
    case 'failed':
      if (last.dueAt === null) return breakageOf(last);
      return isDue(last.dueAt, now) ? again : { kind: 'not_due', dueAt: last.dueAt };
  }
}

/** The breakage a final failure in the journal stands for. */
export const breakageOf = ({ outcome }: Pick<JournalEntry, 'outcome'>): Breakage => ({
  kind: 'broken',
  cause: outcome?.rejected === true ? 'rejected' : 'failed',
  detail: outcome?.detail ?? 'failed',
});
