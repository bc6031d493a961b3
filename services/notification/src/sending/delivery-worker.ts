import { NotificationSent, type PayloadOf } from '@soc/contracts';
import { asSystem, type DbCluster } from '@soc/db-cluster';
import type { BusLog, Outbox } from '@soc/messaging';
import type { Worker } from '@soc/service-kit';
import { decideAttempt, type RetryPolicy, type SendResult } from '../domain/decide-attempt.ts';
import { liveDelivery } from '../domain/live-event.ts';
import type { LiveFeed } from '../live/live-feed.ts';
import type { LeasedDelivery, LeaseRepository } from './lease-repository.ts';
import type { Sender } from './sender.ts';

export interface DeliveryWorker extends Worker {
  /** There may be something due now. */
  readonly wake: () => void;
}

const POLL_MS = 1_000;
const MAX_IN_FLIGHT = 16;
const MAX_PER_CHANNEL = 4;
/** What a lease lasts beyond the time-out of a send: enough to write down its outcome. */
const LEASE_SPARE_MS = 30_000;
/** What is being sent when the process must stop may still finish within this time. */
const STOP_GRACE_MS = 3_000;

/**
 * Sends what is due. At least once: a process killed between the send and writing it down sends again after the lease,
 * under the same id. Messages to one channel may overtake each other.
 */
export function createDeliveryWorker(options: {
  readonly db: DbCluster;
  readonly outbox: Outbox;
  readonly leases: LeaseRepository;
  readonly sender: Sender;
  readonly live: Pick<LiveFeed, 'publish'>;
  readonly retry: RetryPolicy;
  readonly sendTimeoutMs: number;
  readonly now: () => Date;
  readonly random: () => number;
  readonly log: BusLog;
}): DeliveryWorker {
  const { db, outbox, leases, sender, live, retry, sendTimeoutMs, now, random, log } = options;
  const inFlight = new Map<Promise<void>, string>();
  const stopping = new AbortController();
  let stopped = false;
  let signalled = false;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const attempt = (delivery: LeasedDelivery): Promise<SendResult> => {
    const { id, content, attempts } = delivery;
    if (!content.ok) return refuse(content.reason);
    if (!content.target) return refuse('the channel is gone or switched off');
    if (attempts > retry.maxAttempts) return refuse('given up: every process that sent it ended in the middle');
    return sender.send(content.target, { id, message: content.message }, stopping.signal);
  };

  const send = async (delivery: LeasedDelivery): Promise<void> => {
    const result = await attempt(delivery);
    const at = now();
    const decision = decideAttempt(result, delivery.attempts, retry, { at, random: random() });
    const { id: deliveryId, channelId, tenantId } = delivery;
    await db.tx(async (tx) => {
      const isOurs = await leases.record(tx, delivery, decision, at);
      if (!isOurs || decision.status === 'pending') return;
      const sent = sentPayload(delivery, decision.status, at);
      await outbox.publish(tx, NotificationSent, sent, { ...originOf(delivery), subject: deliveryId });
      tx.afterCommit(() => live.publish([{ tenantId, event: liveDelivery(sent, delivery.about.title) }]));
    });
    if (decision.status === 'delivered') log.info({ deliveryId, channelId }, 'notification delivered');
    else log.warn({ deliveryId, channelId, reason: decision.reason, status: decision.status }, 'notification not sent');
  };

  const track = (delivery: LeasedDelivery): void => {
    const sending: Promise<void> = send(delivery)
      .catch((error: unknown) =>
        log.error({ err: error, deliveryId: delivery.id }, 'outcome of a delivery not recorded'),
      )
      .finally(() => {
        inFlight.delete(sending);
        wake();
      });
    inFlight.set(sending, delivery.channelId);
  };

  const takeDue = async (): Promise<number> => {
    const at = now();
    const leased = await leases.take(db.write, {
      at,
      until: new Date(at.getTime() + sendTimeoutMs + LEASE_SPARE_MS),
      limitRows: MAX_IN_FLIGHT - inFlight.size,
      perChannel: MAX_PER_CHANNEL,
      exceptChannels: busyChannels([...inFlight.values()]),
    });
    leased.forEach(track);
    return leased.length;
  };

  const drain = async (): Promise<void> => {
    do {
      signalled = false;
      while (!stopped && inFlight.size < MAX_IN_FLIGHT && (await takeDue()) > 0);
    } while (signalled && !stopped);
  };

  function wake(): void {
    signalled = true;
    if (running || stopped) return;
    clearTimeout(timer);
    // For all tenants, whosever request it is that wakes it.
    running = asSystem(drain)
      .catch((error: unknown) => log.warn({ err: error }, 'due deliveries not read, will retry'))
      .finally(() => {
        running = undefined;
        if (!stopped) timer = setTimeout(wake, POLL_MS);
      });
  }

  return {
    wake,
    start: wake,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
      const grace = setTimeout(() => stopping.abort(), STOP_GRACE_MS);
      await Promise.all(inFlight.keys());
      clearTimeout(grace);
    },
  };
}

const refuse = (reason: string): Promise<SendResult> => Promise.resolve({ ok: false, reason, permanent: true });

/** Channels that have all the places they may have. */
const busyChannels = (channels: readonly string[]): readonly string[] =>
  [...new Set(channels)].filter((id) => channels.filter((other) => other === id).length >= MAX_PER_CHANNEL);

const originOf = ({ tenantId, correlationId, eventId }: LeasedDelivery) => ({
  tenantId,
  correlationId,
  causationId: eventId,
});

const sentPayload = (
  { id, channelId, channelKind, about, attempts }: LeasedDelivery,
  outcome: 'delivered' | 'failed',
  at: Date,
): PayloadOf<typeof NotificationSent> => ({
  deliveryId: id,
  channelId,
  channelKind,
  aboutType: about.type,
  aboutSubject: about.subject,
  outcome,
  attempts,
  endedAt: at.toISOString(),
});
