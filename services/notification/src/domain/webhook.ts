import { createHmac } from 'node:crypto';
import type { Message } from './message.ts';

/** The body of a webhook, in the shape Standard Webhooks proposes. */
export const webhookBody = ({ type, occurredAt, data }: Message): string =>
  JSON.stringify({ type, timestamp: occurredAt, data });

/**
 * The headers of Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over `id.timestamp.body` under the key
 * that follows `whsec_` in base64. `id` stays the same over all tries; `at` is the moment of the try.
 */
export function webhookHeaders(secret: string, id: string, at: Date, body: string): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
