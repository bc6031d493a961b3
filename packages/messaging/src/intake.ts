import type { EventEnvelope, EventSpec } from '@soc/contracts';
import { decodeMessage, idIn } from './envelope.ts';
import { unreadableEventId } from './event-id.ts';
import { openFrame } from './frame.ts';
import type { KeyRing } from './key-ring.ts';
import type { Refusal } from './refusal.ts';

/** Events with an id this far ahead of the clock are refused: clocks jump, but not by more than a day. */
const AHEAD_MS = 24 * 60 * 60 * 1000;

/** One event of a frame that opened: as it was sealed, and what became of it at the door. */
export type Arrival = {
  readonly eventId: string;
  readonly text: string;
} & ({ readonly ok: true; readonly event: EventEnvelope } | ({ readonly ok: false } & Refusal));

export type Intake =
  | {
      readonly ok: true;
      readonly publishedAt: number;
      readonly token: string | undefined;
      readonly arrivals: readonly Arrival[];
    }
  | ({ readonly ok: false } & Refusal);

/** Opens frames and lets in only events that their owner published, that fit, and that the inbox can still know. */
export interface Door {
  /** `allowStale` lets in what is older than the inbox remembers, for a person who knows that it was never handled. */
  readonly take: (spec: EventSpec, frame: Buffer, options?: { readonly allowStale?: boolean }) => Intake;
}

/** The time in a UUIDv7, in Unix milliseconds. */
const madeAtMs = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

export function createDoor(options: {
  readonly keyRing: KeyRing;
  readonly now: () => Date;
  /** How long the inbox remembers an event. */
  readonly inboxKeepMs: number;
}): Door {
  const { keyRing, now, inboxKeepMs } = options;

  const untimely = (id: string, allowStale: boolean): Refusal | undefined => {
    const ageMs = now().getTime() - madeAtMs(id);
    if (ageMs > inboxKeepMs && !allowStale) {
      return { refusal: 'stale', reason: 'made before what the inbox remembers' };
    }
    if (ageMs < -AHEAD_MS) return { refusal: 'from_the_future', reason: 'made more than a day from now' };
    return undefined;
  };

  return {
    take: (spec, frame, { allowStale = false } = {}) => {
      const opened = openFrame(keyRing, frame);
      if (!opened.ok) return opened;
      const { type, source, publishedAt, token } = opened.header;
      if (type !== spec.type || source !== spec.owner) {
        return {
          ok: false,
          refusal: 'forged',
          reason: `a frame of ${type} by ${source} on the stream of ${spec.type}`,
        };
      }
      const arrivals = opened.texts.map((text): Arrival => {
        const decoded = decodeMessage(spec, text);
        if (!decoded.ok) return { ...decoded, text, eventId: idIn(text) ?? unreadableEventId(Buffer.from(text)) };
        const { id } = decoded.event;
        const refusal = untimely(id, allowStale);
        if (refusal) return { ok: false, ...refusal, text, eventId: id };
        const event = token === undefined ? decoded.event : { ...decoded.event, consistencytoken: token };
        return { ok: true, event, text, eventId: id };
      });
      return { ok: true, publishedAt, token, arrivals };
    },
  };
}
