/** A part of a body: whole lines of NDJSON, or a line that is longer than one may be and was passed over. */
export type BodyPart =
  | { readonly kind: 'lines'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'oversized' };

export interface EventSplitter {
  /** The parts that are complete with these bytes. */
  readonly push: (bytes: Uint8Array) => readonly BodyPart[];
  /** What is left when the body is over. */
  readonly end: () => readonly BodyPart[];
}

const [NEWLINE, SPACE, QUOTE, BACKSLASH, COMMA] = [0x0a, 0x20, 0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_MAP, CLOSE_MAP] = [0x5b, 0x5d, 0x7b, 0x7d];
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

const isBlank = (byte: number): boolean => byte === SPACE || (byte >= 0x09 && byte <= 0x0d);

/**
 * Cuts a body, as its bytes come, into parts of about `partBytes`, each of whole events. A body that begins with `[` is a JSON array,
 * whose elements become lines; any other is lines already. Holds no more than a part and an event, whatever the body's length.
 */
export function createEventSplitter(limits: {
  readonly partBytes: number;
  readonly eventBytes: number;
}): EventSplitter {
  const gathering = createGathering(limits);
  let cut: ((bytes: Uint8Array) => void) | undefined;
  let skipped = 0;
  return {
    push: (bytes) => {
      let start = 0;
      for (; !cut && start < bytes.length; start += 1) {
        const byte = bytes[start] ?? SPACE;
        if (byte === BYTE_ORDER_MARK[skipped]) skipped += 1;
        else if (byte === OPEN_LIST) cut = cutArray(gathering);
        else if (!isBlank(byte)) {
          cut = (line) => cutLines(line, gathering);
          start -= 1;
        }
      }
      if (start < bytes.length) cut?.(bytes.subarray(start));
      return gathering.takeFull();
    },
    end: () => {
      gathering.endLine();
      return gathering.takeAll();
    },
  };
}

interface Gathering {
  /** Adds to the event that has begun. */
  readonly add: (bytes: Uint8Array) => void;
  readonly endLine: () => void;
  readonly takeFull: () => readonly BodyPart[];
  readonly takeAll: () => readonly BodyPart[];
}

function createGathering({
  partBytes,
  eventBytes,
}: {
  readonly partBytes: number;
  readonly eventBytes: number;
}): Gathering {
  const parts: BodyPart[] = [];
  let gathered = Buffer.allocUnsafeSlow(partBytes);
  let [length, lineStart, isOversized] = [0, 0, false];

  const reserve = (more: number): void => {
    if (length + more <= gathered.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(gathered.length * 2, length + more));
    gathered.copy(larger, 0, 0, length);
    gathered = larger;
  };
  const finishPart = (): void => {
    if (length === 0) return;
    // Its own memory, which is handed to a thread; allocUnsafeSlow never takes from the pool.
    const { buffer } = gathered;
    parts.push({ kind: 'lines', bytes: new Uint8Array(buffer, 0, length) });
    gathered = Buffer.allocUnsafeSlow(partBytes);
    [length, lineStart] = [0, 0];
  };
  const take = (): readonly BodyPart[] => parts.splice(0);

  return {
    add: (bytes) => {
      if (isOversized) return;
      if (length - lineStart + bytes.length > eventBytes) {
        isOversized = true;
        length = lineStart;
        return;
      }
      reserve(bytes.length + 1);
      gathered.set(bytes, length);
      length += bytes.length;
    },
    endLine: () => {
      if (isOversized) {
        finishPart();
        parts.push({ kind: 'oversized' });
        isOversized = false;
        return;
      }
      reserve(1);
      gathered[length] = NEWLINE;
      length += 1;
      lineStart = length;
      if (length >= partBytes) finishPart();
    },
    takeFull: take,
    takeAll: () => {
      finishPart();
      return take();
    },
  };
}

function cutLines(bytes: Uint8Array, { add, endLine }: Gathering): void {
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
    add(bytes.subarray(start, end));
    endLine();
    start = end + 1;
  }
  add(bytes.subarray(start));
}

/** Cuts at the commas of the outermost array; line feeds within an element, which mean nothing there, become blanks. */
function cutArray({ add, endLine }: Gathering): (bytes: Uint8Array) => void {
  let [depth, isInText, isEscaped, isOver] = [0, false, false, false];
  return (given) => {
    const bytes = Buffer.from(given);
    let start = 0;
    for (let at = 0; at < bytes.length && !isOver; at += 1) {
      const byte = bytes[at];
      if (byte === NEWLINE) bytes[at] = SPACE;
      if (isInText) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) isInText = false;
      } else if (byte === QUOTE) isInText = true;
      else if (byte === OPEN_LIST || byte === OPEN_MAP) depth += 1;
      else if (byte === CLOSE_MAP || (byte === CLOSE_LIST && depth > 0)) depth -= 1;
      else if (depth <= 0 && (byte === COMMA || byte === CLOSE_LIST)) {
        add(bytes.subarray(start, at));
        endLine();
        start = at + 1;
        isOver = byte === CLOSE_LIST;
      }
    }
    add(bytes.subarray(start));
  };
}
