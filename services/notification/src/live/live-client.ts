import { Readable } from 'node:stream';
import { isAfter } from '../domain/stream-position.ts';
import type { LiveEntry } from './live-feed.ts';

/** One open stream. */
export interface LiveClient {
  /** What the response is made of. */
  readonly stream: Readable;
  /** The place of the last entry it was sent. */
  readonly position: () => string;
  /** Sends entries it has not had yet. A client that does not read what it was sent is dropped. */
  readonly send: (entries: readonly LiveEntry[]) => void;
  /** A line that keeps proxies and the connection awake. */
  readonly heartbeat: () => void;
  /** Says that more was missed than can be made up for. */
  readonly gap: () => void;
  /** Ends the stream in good order; the client connects again. */
  readonly end: () => void;
}

/** What may wait for a slow client beyond what its socket holds. */
const MAX_WAITING_BYTES = 256 * 1024;
const RECONNECT_MS = 3_000;

const frame = ({ position, type, data }: LiveEntry): string => `id: ${position}\nevent: ${type}\ndata: ${data}\n\n`;

/** `from` is where it stands in the stream of its tenant; `onDropped` is called when it was too slow. */
export function createLiveClient(from: string, onDropped: () => void): LiveClient {
  // Backpressure reaches us as a growing buffer: nothing is read from a source, it is pushed.
  const stream = new Readable({ read: () => undefined });
  let position = from;
  let ended = false;
  const push = (text: string): void => {
    if (stream.destroyed || ended) return;
    stream.push(text);
    if (stream.readableLength <= MAX_WAITING_BYTES) return;
    stream.destroy();
    onDropped();
  };
  // The first bytes also send the headers.
  push(`retry: ${RECONNECT_MS}\n\n`);
  return {
    stream,
    position: () => position,
    send: (entries) => {
      for (const entry of entries.filter((one) => isAfter(one.position, position))) {
        push(frame(entry));
        position = entry.position;
      }
    },
    heartbeat: () => push(': heartbeat\n\n'),
    gap: () => push('event: gap\ndata: {}\n\n'),
    end: () => {
      if (stream.destroyed || ended) return;
      ended = true;
      stream.push(null);
    },
  };
}
