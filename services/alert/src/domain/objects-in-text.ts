interface Frame {
  readonly value: unknown;
  readonly start: number;
  /** In an array the place of the element that comes, in an object the key of the value that comes. */
  step: number | string;
  isKeyNext: boolean;
}

/**
 * The text of every object and array within `root`, as it stands in the JSON `text` that `root` was parsed from: a part of a
 * payload is then kept byte for byte, with its numbers and duplicate keys, where writing it anew would change them.
 */
export function textsOfObjects(text: string, root: unknown): ReadonlyMap<unknown, string> {
  const texts = new Map<unknown, string>();
  const frames: Frame[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    const frame = frames.at(-1);
    if (character === '"') {
      const end = endOfString(text, at);
      if (frame?.isKeyNext) frame.step = String(JSON.parse(text.slice(at, end)));
      at = end - 1;
    } else if (character === '{' || character === '[') {
      const value = frame ? inside(frame.value, frame.step) : root;
      const isObject = character === '{';
      frames.push({ value, start: at, step: isObject ? '' : 0, isKeyNext: isObject });
    } else if (character === '}' || character === ']') {
      const closed = frames.pop();
      // Of a key that comes twice JSON.parse keeps the last value, and so does the map.
      if (typeof closed?.value === 'object' && closed.value !== null) {
        texts.set(closed.value, text.slice(closed.start, at + 1));
      }
    } else if (character === ':' && frame) frame.isKeyNext = false;
    else if (character === ',' && frame) {
      if (typeof frame.step === 'number') frame.step += 1;
      else frame.isKeyNext = true;
    }
  }
  return texts;
}

/** Behind the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function inside(value: unknown, step: number | string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  // Own properties alone: a key may be called as something every object inherits.
  return Object.hasOwn(value, step) ? (value as Readonly<Record<string | number, unknown>>)[step] : undefined;
}
