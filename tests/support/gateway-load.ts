import { performance } from 'node:perf_hooks';
import { Pool } from 'undici';
import { keepPace } from './keep-pace.ts';

/** What became of one request. Times are of `performance.now()`. */
export interface Sent {
  readonly method: 'GET' | 'POST';
  /** 0 when no answer came. */
  readonly status: number;
  /** The process that answered; 0 when none did. */
  readonly pid: number;
  /** Why there was none, or what the gateway said instead. */
  readonly said: string;
  readonly sentAtMs: number;
  readonly endedAtMs: number;
}

export interface GatewayLoad {
  /** All that have ended, in that order. */
  readonly sent: readonly Sent[];
  /** Waits for what is under way. */
  readonly stop: () => Promise<readonly Sent[]>;
}

export interface GatewayLoadOptions {
  readonly url: string;
  readonly token: string;
  readonly readsPerS: number;
  readonly writesPerS: number;
}

const PATH = '/api/v1/alerts';

/** Reads and writes alerts through a gateway at a constant pace, whatever becomes of the ones before. */
export function startGatewayLoad({ url, token, readsPerS, writesPerS }: GatewayLoadOptions): GatewayLoad {
  const pool = new Pool(url, { connections: 64, pipelining: 1 });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const sent: Sent[] = [];
  const send = async (method: Sent['method']): Promise<void> => {
    const sentAtMs = performance.now();
    const end = (status: number, pid: number, said: string) =>
      sent.push({ method, status, pid, said, sentAtMs, endedAtMs: performance.now() });
    try {
      const body = method === 'POST' ? '{"title":"x"}' : null;
      const answer = await pool.request({ method, path: PATH, headers, body });
      const text = await answer.body.text();
      const { pid = 0 } = JSON.parse(text) as { readonly pid?: number };
      end(answer.statusCode, pid, pid === 0 ? text : '');
    } catch (error) {
      end(0, 0, String(error));
    }
  };
  const paces = [keepPace(readsPerS, () => send('GET')), keepPace(writesPerS, () => send('POST'))];
  return {
    sent,
    stop: async () => {
      await Promise.all(paces.map((pace) => pace.stop()));
      await pool.close();
      return sent;
    },
  };
}
