import { pipeline, type Readable, Transform } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What may lie about, of contents that pass, until it is looked for. */
const COLLECT_EVERY_BYTES = 16 * 1024 ** 2;

type Collect = (options: { readonly type: 'minor' }) => void;

/** The engine's own, which programs are shown only on demand. */
function demandCollect(): Collect {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as Collect; // V8's, which no types describe
}

let collect: Collect | undefined;
let passedBytes = 0;

/**
 * Tells that a piece of a content has been dealt with. The engine collects when its own heap is full, to which a piece adds no
 * more than its name: the bytes lie outside, and some 64 MiB of them until it takes notice. A young collection takes about a millisecond.
 */
export function bytesPassed(bytes: number): void {
  passedBytes += bytes;
  if (passedBytes < COLLECT_EVERY_BYTES) return;
  passedBytes = 0;
  collect ??= demandCollect();
  collect({ type: 'minor' });
}

/** The same content, each piece of which is told when it goes on. */
export const tellingBytes = (content: Readable): Readable =>
  pipeline(
    content,
    new Transform({
      transform: (chunk: Buffer, _, goOn) => {
        bytesPassed(chunk.length);
        goOn(null, chunk);
      },
    }),
    // Whoever reads it hears of an error.
    () => undefined,
  );
