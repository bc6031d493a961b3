import type { IncomingMessage, ServerResponse } from 'node:http';
import { TIMEOUT_HEADER } from '../domain/deadline.ts';
import { formFaultOf } from '../domain/request-form.ts';
import { HELD_BYTES } from '../upstream/request-body.ts';

/** Fields that ask for something which only the long way does, whatever they say. */
const ASK_FOR_MORE = ['expect', 'origin', 'transfer-encoding', 'upgrade', 'x-api-key', TIMEOUT_HEADER] as const;

/** A request that asks for nothing but an answer, on a connection that goes on. */
export function isOrdinary(
  request: Pick<IncomingMessage, 'headers' | 'rawHeaders' | 'httpVersion'>,
  response: Pick<ServerResponse, 'destroyed' | 'shouldKeepAlive'>,
): boolean {
  const { headers } = request;
  const { connection } = headers;
  if (request.httpVersion !== '1.1' || !response.shouldKeepAlive || response.destroyed) return false;
  if (connection !== undefined && connection !== 'keep-alive') return false;
  for (const name of ASK_FOR_MORE) if (headers[name] !== undefined) return false;
  return formFaultOf(request) === undefined;
}

/** The length of the body that an ordinary request brings; undefined for one that is not held, or more than the endpoint accepts. */
export function ordinaryLengthOf(
  { headers }: Pick<IncomingMessage, 'headers'>,
  limitBytes: number,
): number | undefined {
  const bytes = Number(headers['content-length'] ?? 0);
  return bytes <= Math.min(HELD_BYTES, limitBytes) ? bytes : undefined;
}
