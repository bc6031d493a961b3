/** How long and how much. */
export interface BusLimits {
  /** Entries that every group has acknowledged stay on their stream this long. */
  readonly streamKeepMs: number;
  /** Above this, acknowledged entries of a stream go before their time. */
  readonly streamMaxBytes: number;
  /** A group with something to do that does nothing for so long stands still. */
  readonly stalledAfterMs: number;
  /** How long the inbox remembers an event; an older one is refused. */
  readonly inboxKeepMs: number;
  /** What another replica of the service has held so long without a sign of life is taken over. */
  readonly claimIdleMs: number;
  /** How often the outbox is looked at for what a crash left behind, and nobody told of. */
  readonly outboxPollMs: number;
}

const HOUR_MS = 60 * 60 * 1000;

/** One hour and 256 MiB of stream, five minutes to a stall, seven days of inbox, 15 s to a takeover, a poll a second. */
export const DEFAULT_LIMITS: BusLimits = {
  streamKeepMs: HOUR_MS,
  streamMaxBytes: 256 * 1024 * 1024,
  stalledAfterMs: 5 * 60 * 1000,
  inboxKeepMs: 7 * 24 * HOUR_MS,
  claimIdleMs: 15_000,
  outboxPollMs: 1_000,
};
