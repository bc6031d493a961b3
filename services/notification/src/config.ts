import { z } from 'zod';

const hosts = z.string().transform((text) =>
  text
    .split(',')
    .map((host) => host.trim().toLowerCase())
    .filter(Boolean),
);

const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

/** What notification needs beside what every service has. */
export const NotificationConfig = z.object({
  NOTIFICATION_SECRET_KEY: z
    .base64()
    .refine((text) => Buffer.from(text, 'base64').length === 32, 'must be 32 bytes in base64')
    .describe('Key that seals the credentials of channels: 32 random bytes in base64.'),
  NOTIFICATION_ALLOW_PRIVATE: z
    .stringbool()
    .default(false)
    .describe('Let webhooks go to loopback and private addresses; for demonstrations and tests.'),
  NOTIFICATION_ALLOWED_HOSTS: hosts
    .default([])
    .describe('Comma-separated hosts that webhooks may go to; any public one when empty.'),
  NOTIFICATION_SEND_TIMEOUT_MS: whole(100, 120_000).default(10_000).describe('Longest one try to send may take.'),
  NOTIFICATION_MAX_ATTEMPTS: whole(1, 20).default(8).describe('Tries before a delivery is given up.'),
  NOTIFICATION_FIRST_RETRY_MS: whole(10, 600_000)
    .default(10_000)
    .describe('Pause after the first failed try; each further one is four times as long, up to an hour.'),
  NOTIFICATION_MAX_STREAMS: whole(1, 10_000).default(200).describe('Live streams one process serves at a time.'),
  NOTIFICATION_STREAM_MAX_AGE_S: whole(1, 86_400)
    .default(900)
    .describe('A live stream ends after this long and the client connects again, with a token that is still good.'),
});
export type NotificationConfig = z.infer<typeof NotificationConfig>;
