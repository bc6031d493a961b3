import type { Message } from '@soc/messaging/publishing';
import { Counter, Gauge, type Registry } from '@soc/monitoring';
import type { Logger } from 'pino';

/** More records than these are not held while what they go to is away. */
const MAX_HELD = 10_000;
/** Most records sent at once. */
const BATCH = 256;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/** Records on their way, held in memory and sent again while what they go to is away. */
export interface AuditBuffer {
  /** Resolves when the record has been sent, or is held because sending failed, or is lost because too many are; never throws. */
  readonly add: (message: Message) => Promise<void>;
  /** Tries now to send what is held. */
  readonly flush: () => Promise<void>;
  /** Tries once more to send what is held. */
  readonly stop: () => Promise<void>;
}

/** Records that could not be held, from when to when. */
export interface AuditLoss {
  readonly records: number;
  readonly since: Date;
}

interface Held {
  readonly message: Message;
  readonly settle: () => void;
}

/** Counts what is lost, until it has been told. */
function createLosses(registry: Registry, now: () => Date) {
  const counter = new Counter({
    name: 'soc_audit_records_lost_total',
    help: 'Records missing in the audit trail because what they go to was away for too long.',
    registers: [registry],
  });
  let loss: AuditLoss | undefined;
  return {
    add: (records: number): void => {
      counter.inc(records);
      loss = { records: (loss?.records ?? 0) + records, since: loss?.since ?? now() };
    },
    take: (): AuditLoss | undefined => {
      const taken = loss;
      loss = undefined;
      return taken;
    },
  };
}

/**
 * A buffer of at most 10,000 records. `send` may be given the same message twice. What is lost is counted in a metric and, as
 * soon as records go out again, in one of their own that `tellLoss` makes.
 */
export function createAuditBuffer(options: {
  readonly send: (messages: readonly Message[]) => Promise<void>;
  readonly tellLoss: (loss: AuditLoss) => Message;
  readonly now: () => Date;
  readonly registry: Registry;
  readonly log: Pick<Logger, 'error'>;
  readonly maxHeld?: number;
}): AuditBuffer {
  const { send, tellLoss, now, registry, log, maxHeld = MAX_HELD } = options;
  const held: Held[] = [];
  const losses = createLosses(registry, now);
  let sending: Promise<void> | undefined;
  /** 0 while sending works. */
  let pauseMs = 0;
  let retry: NodeJS.Timeout | undefined;
  new Gauge({
    name: 'soc_audit_records_held',
    help: 'Records of the audit trail that wait in memory to be sent.',
    registers: [registry],
    collect() {
      this.set(held.length);
    },
  });

  const sendHeld = async (): Promise<void> => {
    while (held.length > 0) {
      const loss = losses.take();
      if (loss) held.unshift({ message: tellLoss(loss), settle: () => undefined });
      const batch = held.slice(0, BATCH);
      try {
        await send(batch.map(({ message }) => message));
      } catch (error) {
        pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, pauseMs * 2));
        log.error({ err: error, records: held.length }, 'audit records not sent, held for another try');
        for (const { settle } of held) settle();
        return;
      }
      pauseMs = 0;
      held.splice(0, batch.length);
      for (const { settle } of batch) settle();
    }
  };

  /** One at a time: two would send the same batch, and each take one off. */
  const sendOnce = (): Promise<void> => {
    sending ??= sendHeld().finally(() => {
      sending = undefined;
      if (held.length === 0) return;
      retry = setTimeout(() => {
        retry = undefined;
        wake();
      }, pauseMs);
      retry.unref();
    });
    return sending;
  };

  const wake = (): void => {
    if (!retry) void sendOnce();
  };

  const flush = async (): Promise<void> => {
    await sending;
    clearTimeout(retry);
    retry = undefined;
    await sendOnce();
  };

  return {
    add: (message) => {
      if (held.length >= maxHeld) {
        losses.add(1);
        return Promise.resolve();
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      held.push({ message, settle: resolve });
      wake();
      // While sending fails nobody waits: the record is held.
      return pauseMs > 0 ? Promise.resolve() : promise;
    },
    flush,
    stop: async () => {
      await flush();
      clearTimeout(retry);
      if (held.length > 0) log.error({ records: held.length }, 'audit records lost at the end of the process');
    },
  };
}
