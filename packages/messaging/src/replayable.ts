import type { EventSpec } from '@soc/contracts';
import { decodeMessage, idIn } from './envelope.ts';
import { unreadableEventId } from './event-id.ts';
import type { LetterSeal } from './letter-seal.ts';
import type { RefusalReason } from './refusal.ts';
import type { BatchItem } from './subscription.ts';

/** An event with the text it was read from. */
export interface ReadEvent extends BatchItem<EventSpec> {
  readonly text: string;
}

interface Unfit {
  readonly ok: false;
  readonly reasonCode: RefusalReason;
  readonly reason: string;
}

/** One event of a body: fit to be given to a handler, or why not. */
export type Replayable =
  | { readonly ok: true; readonly item: ReadEvent }
  | (Unfit & { readonly eventId: string; readonly text: string });

/** The events of a body in their order, or why it does not open. */
export type ReplayableBody =
  | { readonly ok: true; readonly events: readonly Replayable[]; readonly token: string | undefined }
  | Unfit;

/**
 * Reads sealed bytes for a replay. As at the door, what is tampered with, forged or unknown is refused; how old an event is
 * does not matter, for a person has decided.
 */
export function readForReplay(spec: EventSpec, seal: LetterSeal, body: Buffer): ReplayableBody {
  const opened = seal.open(spec.type, body);
  if (!opened.ok) return opened;
  const { texts, token } = opened;
  const events = texts.map((text): Replayable => {
    const decoded = decodeMessage(spec, text);
    if (!decoded.ok) {
      const eventId = idIn(text) ?? unreadableEventId(Buffer.from(text));
      return { ok: false, reasonCode: decoded.refusal, reason: decoded.reason, eventId, text };
    }
    const event = token === undefined ? decoded.event : { ...decoded.event, consistencytoken: token };
    return { ok: true, item: { payload: event.data, event, text } };
  });
  return { ok: true, events, token };
}
