import { createHash } from 'node:crypto';

/**
 * What events are known by: their text, and how often it stood before in the same request. So a request that is sent again
 * has the same events, and lines that are equal (a web server's, within one second) are as many events as there are lines.
 */
export function eventIdsOf(texts: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return texts.map((text) => {
    const hash = createHash('sha256').update(text).digest('base64url').slice(0, 22);
    const before = seen.get(hash) ?? 0;
    seen.set(hash, before + 1);
    return before === 0 ? hash : `${hash}.${before}`;
  });
}
