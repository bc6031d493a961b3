import { createHash } from 'node:crypto';

/**
 * Names the events of a part of a request, each in its turn: by their text, and how often it stood before. So a request that is
 * sent again has the same events, and lines that are equal (a web server's, within one second) are as many events as there
 * are lines.
 */
export function createEventIds(): (text: string) => string {
  const seen = new Map<string, number>();
  return (text) => {
    const hash = createHash('sha256').update(text).digest('base64url').slice(0, 22);
    const before = seen.get(hash) ?? 0;
    seen.set(hash, before + 1);
    return before === 0 ? hash : `${hash}.${before}`;
  };
}
