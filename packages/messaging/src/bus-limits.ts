/** How long and how much. */
export interface BusLimits {
  /** Entries that every group has acknowledged stay on their stream this long. */
  readonly streamKeepMs: number;
  /** Above this, acknowledged entries of a stream go before their time. */
  readonly streamMaxBytes: number;
  /** A group with something to do that does nothing for so long stands still. */
  readonly stalledAfterMs: number;
  /** An event older than this is refused; the inbox remembers it an hour longer. */
  readonly inboxKeepMs: number;
  /** What another replica of the service has held so long without a sign of life is taken over. */
  readonly claimIdleMs: number;
  /** How often the outbox is looked at for what a crash left behind, and nobody told of. */
  readonly outboxPollMs: number;
  /** How long the audit trail, settled dead letters and ended replays are kept. */
  readonly trailKeepMs: number;
}

const HOUR_MS = 60 * 60 * 1000;

/**
 * The inbox outlasts what the door lets in: a clock that differs between replicas, or an event that is let in at the last
 * moment and handled late, must not find its row pruned.
 */
export const INBOX_MARGIN_MS = HOUR_MS;

/** An hour and 256 MiB of stream, 5 min to a stall, 7 days of inbox, 15 s to a takeover, a poll a second, 30 days of trail. */
export const DEFAULT_LIMITS: BusLimits = {
  streamKeepMs: HOUR_MS,
  streamMaxBytes: 256 * 1024 * 1024,
  stalledAfterMs: 5 * 60 * 1000,
  inboxKeepMs: 7 * 24 * HOUR_MS,
  claimIdleMs: 15_000,
  outboxPollMs: 1_000,
  trailKeepMs: 30 * 24 * HOUR_MS,
};
