import { decideStep } from './decide-step.ts';
import { attemptKey, type JournalEntry, type JournalRecord } from './journal.ts';
import { type Plan, plan } from './plan.ts';
import type { PlannedEffect } from './plan-effect.ts';
import type { Playbook } from './playbook.ts';
import { type Exchange, settleExchange } from './settle-exchange.ts';

/** Where a process may die within one turn: the choices of a simulated run. */
export type Mishap = 'none' | 'before_journal' | 'before_sending' | 'after_sending';

export interface World {
  readonly journal: () => readonly JournalEntry[];
  /** How often each effect reached the other side, by Idempotency-Key. */
  readonly sent: ReadonlyMap<string, number>;
  /** One turn of an executor, which may die in it. Returns the plan it made. */
  readonly turn: (mishap: Mishap) => Plan;
  readonly approveAll: () => void;
}

/** A run without database and network: a journal, a clock that jumps to what is due, and a count of what was sent. */
export function createWorld(
  playbook: Playbook,
  options: {
    readonly exchange?: (effect: PlannedEffect) => Exchange;
    readonly variables?: Readonly<Record<string, string>>;
    readonly dryRun?: boolean;
    readonly allowedHosts?: readonly string[];
  } = {},
): World {
  const { exchange = () => ({ kind: 'answered', status: 200, body: '' }), variables = {}, dryRun = false } = options;
  const journal: JournalEntry[] = [];
  const sent = new Map<string, number>();
  let now = new Date('2026-03-01T10:00:00.000Z');

  const write = (record: JournalRecord): void => {
    const at = journal.findIndex((entry) => attemptKey(entry) === attemptKey(record));
    if (at >= 0) journal.splice(at, 1);
    journal.push(record);
  };
  const ask = (inFlight: ReadonlySet<string>): Plan =>
    plan({
      playbook,
      run: { id: 'run', dryRun, cancelRequested: false, variables },
      journal,
      inFlight,
      now,
      allowedHosts: options.allowedHosts ?? ['edr.test'],
      defaultTimeoutMs: 1_000,
    });
  const send = (effect: PlannedEffect): Exchange => {
    const answer = exchange(effect);
    const key = effect.request.headers['idempotency-key'] ?? '';
    if (answer.kind !== 'not_sent') sent.set(key, (sent.get(key) ?? 0) + 1);
    return answer;
  };

  return {
    journal: () => journal,
    sent,
    turn: (mishap) => {
      const planned = ask(new Set());
      if (mishap === 'before_journal') return planned;
      planned.records.forEach(write);
      for (const effect of planned.begin) {
        write({ ...effect, state: 'started', outcome: null, dueAt: null, request: effect.shown });
      }
      if (mishap === 'before_sending') return planned;
      for (const effect of planned.begin) {
        const settled = settleExchange(send(effect), { ...effect, now, jitter: 0.5 });
        if (mishap === 'after_sending') continue;
        write({ ...effect, ...settled, request: null });
      }
      if (planned.next.kind === 'idle' && planned.next.wakeAt !== null) now = new Date(planned.next.wakeAt);
      return planned;
    },
    approveAll: () => {
      for (const { stepId } of journal.slice()) {
        const decided = decideStep(
          { stepId, decision: 'approve', variables: {} },
          { playbook, journal, decidedBy: 'Ada', now },
        );
        if (decided.ok) write(decided.record);
      }
    },
  };
}
