import type { EventSpec } from '@soc/contracts';
import { decodeMessage } from './envelope.ts';
import type { LetterSeal } from './letter-seal.ts';
import type { RefusalReason } from './refusal.ts';
import type { BatchItem } from './subscription.ts';

/** An event with the text it was read from. */
export interface ReadEvent extends BatchItem<EventSpec> {
  readonly text: string;
}

/** Events fit to be given to a handler, or why there are none. */
export type Replayable =
  | { readonly ok: true; readonly items: readonly ReadEvent[] }
  | { readonly ok: false; readonly reasonCode: RefusalReason; readonly reason: string };

/**
 * Reads sealed bytes for a replay. As at the door, what is tampered with, forged or unknown is refused; how old an event is
 * does not matter, for a person has decided.
 */
export function readForReplay(spec: EventSpec, seal: LetterSeal, body: Buffer): Replayable {
  const opened = seal.open(spec.type, body);
  if (!opened.ok) return opened;
  const items: ReadEvent[] = [];
  for (const text of opened.texts) {
    const decoded = decodeMessage(spec, text);
    if (!decoded.ok) return { ok: false, reasonCode: decoded.refusal, reason: decoded.reason };
    const event = opened.token === undefined ? decoded.event : { ...decoded.event, consistencytoken: opened.token };
    items.push({ payload: event.data, event, text });
  }
  return { ok: true, items };
}
