import { stdSerializers } from 'pino';

/**
 * What the log tells of an error: its kind, words, code and stack, those of its causes among them. Nothing else that hangs
 * on it: libraries attach whole clients, requests and rows, credentials included.
 */
export function errorForLog(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { type, message, stack } = stdSerializers.err(error);
  const code = 'code' in error && ['string', 'number'].includes(typeof error.code) ? error.code : undefined;
  return { type, message, ...(code !== undefined && { code }), stack };
}
