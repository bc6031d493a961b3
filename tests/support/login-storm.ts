import { parentPort, workerData } from 'node:worker_threads';
import { Agent, request } from 'undici';

/** One client of a storm: tries until it is told something else than to come back. */
export interface StormClient {
  readonly email: string;
  readonly password: string;
  /** Where it says it comes from. */
  readonly address: string;
}

export interface Storm {
  readonly url: string;
  readonly clients: readonly StormClient[];
  /** Milliseconds after which nobody tries again. */
  readonly giveUpMs: number;
}

/** Last status each client saw, in the order of the clients, and how often each status was answered. */
export interface StormResult {
  readonly statuses: readonly number[];
  readonly counts: Readonly<Record<string, number>>;
}

async function blow({ url, clients, giveUpMs }: Storm): Promise<StormResult> {
  const agent = new Agent({ connections: clients.length, headersTimeout: 120_000 });
  const endsAt = performance.now() + giveUpMs;
  const counts: Record<string, number> = {};

  const attempt = async ({ email, password, address }: StormClient): Promise<number> => {
    const { statusCode, body } = await request(url, {
      dispatcher: agent,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
      body: JSON.stringify({ email, password }),
    });
    await body.dump();
    counts[statusCode] = (counts[statusCode] ?? 0) + 1;
    return statusCode;
  };

  const persist = async (client: StormClient): Promise<number> => {
    const status = await attempt(client);
    if (status !== 503 || performance.now() > endsAt) return status;
    // Longer than `retry-after`: what this is about is how many are there at once.
    const pauseMs = 2_000 + Math.random() * 2_000;
    await new Promise((resolve) => {
      setTimeout(resolve, pauseMs);
    });
    return persist(client);
  };

  const statuses = await Promise.all(clients.map(persist));
  await agent.close();
  return { statuses, counts };
}

// In a thread of its own, whose event loop may be late without the measurement noticing. Its data are what `Storm` says.
if (parentPort) parentPort.postMessage(await blow(workerData as Storm));
