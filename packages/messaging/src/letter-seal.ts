import type { EventSpec } from '@soc/contracts';
import { openFrame, sealFrame } from './frame.ts';
import type { KeyRing } from './key-ring.ts';
import type { RefusalReason } from './refusal.ts';

/** What a body holds, or why it cannot be read. */
export type Opened =
  | { readonly ok: true; readonly texts: readonly string[]; readonly token: string | undefined }
  | { readonly ok: false; readonly reasonCode: RefusalReason; readonly reason: string };

/** Turns events into the bytes of a dead letter and back. */
export interface LetterSeal {
  /** One event alone. */
  readonly seal: (spec: Pick<EventSpec, 'type' | 'owner'>, text: string, token: string | undefined) => Buffer;
  /** One event, or those of a frame that was refused whole. */
  readonly open: (type: string, body: Buffer) => Opened;
}

/** A letter of the time before there were seals is JSON; a frame begins with its version. */
const isPlain = (body: Buffer): boolean => body[0] === 0x7b;

/** Letters as frames, under the keys of the bus. */
export const createLetterSeal = (keyRing: KeyRing, now: () => Date): LetterSeal => ({
  seal: ({ type, owner }, text, token) =>
    sealFrame(keyRing, { type, source: owner, publishedAt: now().getTime(), token }, [text]),
  open: (type, body) => {
    if (isPlain(body)) return { ok: true, texts: [body.toString()], token: undefined };
    const opened = openFrame(keyRing, body);
    if (!opened.ok) return { ok: false, reasonCode: opened.refusal, reason: opened.reason };
    const { header, texts } = opened;
    if (header.type === type) return { ok: true, texts, token: header.token };
    return { ok: false, reasonCode: 'forged', reason: `a frame of ${header.type} on the stream of ${type}` };
  },
});
