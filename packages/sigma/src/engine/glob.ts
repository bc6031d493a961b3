import type { PatternPart } from '../expression.ts';

/** What lies between two `*`: literals, and numbers of characters that may be anything. */
type Segment = readonly (string | number)[];

function segmentsOf(parts: readonly PatternPart[]): readonly Segment[] {
  const segments: (string | number)[][] = [[]];
  for (const part of parts) {
    const last = segments.at(-1) ?? [];
    const end = last.at(-1);
    if (part.kind === 'any') segments.push([]);
    else if (part.kind === 'literal') last.push(part.text);
    else if (typeof end === 'number') last[last.length - 1] = end + 1;
    else last.push(1);
  }
  return segments;
}

const isHighSurrogate = (code: number): boolean => code >= 0xd8_00 && code < 0xdc_00;
const isLowSurrogate = (code: number): boolean => code >= 0xdc_00 && code < 0xe0_00;

/** Whether a character that takes two places begins here. */
const isPair = (text: string, at: number): boolean =>
  isHighSurrogate(text.charCodeAt(at)) && isLowSurrogate(text.charCodeAt(at + 1));

/** Where the segment ends when it begins at `at`; -1 when it does not begin there. */
function endOf(segment: Segment, text: string, at: number): number {
  let end = at;
  for (const step of segment) {
    if (typeof step === 'string') {
      if (!text.startsWith(step, end)) return -1;
      end += step.length;
    } else {
      for (let left = step; left > 0; left -= 1) {
        if (end >= text.length) return -1;
        end += isPair(text, end) ? 2 : 1;
      }
    }
  }
  return end;
}

/** Where the first place from `from` on that holds the segment ends; -1 when there is none. */
function findEnd(segment: Segment, text: string, from: number): number {
  const [first] = segment;
  if (segment.length === 1 && typeof first === 'string') {
    const at = text.indexOf(first, from);
    return at === -1 ? -1 : at + first.length;
  }
  for (let at = from; at <= text.length; at += isPair(text, at) ? 2 : 1) {
    const end = endOf(segment, text, at);
    if (end !== -1) return end;
  }
  return -1;
}

/** Where a segment that ends the text has to begin; -1 when the text is too short. */
function startFromEnd(segment: Segment, text: string): number {
  let start = text.length;
  for (const step of segment.toReversed()) {
    if (typeof step === 'string') start -= step.length;
    else {
      for (let left = step; left > 0; left -= 1) start -= start > 1 && isPair(text, start - 2) ? 2 : 1;
    }
  }
  return start;
}

/**
 * Wildcards, whole text: each segment where it is found first, which leaves the most for the rest, so nothing is tried twice. Takes
 * time in the length of the text times that of the longest segment, at worst.
 */
export function compileGlob(parts: readonly PatternPart[]): (text: string) => boolean {
  const segments = segmentsOf(parts);
  const [first = [], ...others] = segments;
  const last = others.pop();
  return (text) => {
    let at = endOf(first, text, 0);
    if (at === -1 || !last) return at === text.length;
    for (const segment of others) {
      if (segment.length === 0) continue;
      at = findEnd(segment, text, at);
      if (at === -1) return false;
    }
    const start = startFromEnd(last, text);
    return start >= at && endOf(last, text, start) === text.length;
  };
}
