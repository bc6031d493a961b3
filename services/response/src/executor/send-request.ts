import { Agent, request as sendHttp } from 'undici';
import type { HttpRequest } from '../domain/prepare-request.ts';
import type { Exchange } from '../domain/settle-exchange.ts';

/** Sends the requests of playbook steps. Never throws: what went wrong is part of the exchange. */
export interface RequestSender {
  readonly send: (request: HttpRequest, timeoutMs: number) => Promise<Exchange>;
}

const CONNECT_TIMEOUT_MS = 5_000;
const MAX_ANSWER_BYTES = 64 * 1024;

/** Codes that say the connection was never made, so nothing was sent. */
const NOT_CONNECTED =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|UND_ERR_INVALID_ARG|ERR_TLS_\w+|CERT_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+)$/;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** The start of an answer. One that breaks off after its status line was still an answer. */
async function readStart(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      sizeBytes += chunk.length;
      if (sizeBytes >= MAX_ANSWER_BYTES) break;
    }
  } catch {
    chunks.push(Buffer.from('[the answer broke off]'));
  }
  const text = Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString();
  // jsonb holds neither NUL nor lone surrogates.
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}

function explain(error: unknown, timeoutMs: number): Exchange {
  const code = codeOf(error);
  if (error instanceof Error && error.name === 'TimeoutError') {
    return { kind: 'lost', detail: `no answer within ${timeoutMs} ms` };
  }
  const detail = `${code === '' ? 'failed' : code}: ${error instanceof Error ? error.message : String(error)}`;
  return { kind: NOT_CONNECTED.test(code) ? 'not_sent' : 'lost', detail: detail.slice(0, 500) };
}

export function createRequestSender(): RequestSender {
  // A connection per request, so there is none to close when the service stops; and one kept alive may be closed by the other side just as we write, and then nobody knows
  // whether the request arrived.
  const agent = new Agent({ pipelining: 0, connect: { timeout: CONNECT_TIMEOUT_MS } });
  return {
    send: async ({ method, url, headers, body }, timeoutMs) => {
      try {
        const answer = await sendHttp(url, {
          method,
          headers: { ...headers },
          body,
          dispatcher: agent,
          signal: AbortSignal.timeout(timeoutMs),
        });
        return { kind: 'answered', status: answer.statusCode, body: await readStart(answer.body) };
      } catch (error) {
        return explain(error, timeoutMs);
      }
    },
  };
}
