import { Pool } from 'undici';

export interface Sent {
  readonly method?: string;
  /** As it is to stand in the request line: nothing tidies it. */
  readonly path: string;
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The `code` of a problem. */
  readonly code: string | undefined;
}

export interface Attacker {
  readonly send: (sent: Sent) => Promise<Answer>;
  readonly close: () => Promise<void>;
}

function codeOf(contentType: string, text: string): string | undefined {
  if (!contentType.startsWith('application/problem+json')) return undefined;
  // Problems are objects with a code; what is none fails the test that looks at it.
  return (JSON.parse(text) as { code?: string }).code;
}

/** Sends requests to one server as they are given. Of an event stream only the head is read. */
export function createAttacker(url: string): Attacker {
  const pool = new Pool(url, { connections: 16, headersTimeout: 30_000 });
  return {
    send: async ({ method = 'GET', path, token = null, headers = {}, body }) => {
      const answer = await pool.request({
        method,
        path,
        headers: { ...(token !== null && { authorization: `Bearer ${token}` }), ...headers },
        ...(body !== undefined && { body }),
      });
      const contentType = String(answer.headers['content-type'] ?? '');
      const isEndless = contentType.startsWith('text/event-stream');
      const text = isEndless ? '' : await answer.body.text();
      if (isEndless) answer.body.on('error', () => undefined).destroy();
      return { status: answer.statusCode, contentType, headers: answer.headers, text, code: codeOf(contentType, text) };
    },
    close: () => pool.destroy(),
  };
}

/** Does something for every item, `width` at a time; results in the order of the items. */
export async function forEachOf<Item, Result>(
  items: readonly Item[],
  act: (item: Item) => Promise<Result>,
  width = 16,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      // `index` is below the length.
      results[index] = await act(item as Item);
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  return results;
}
