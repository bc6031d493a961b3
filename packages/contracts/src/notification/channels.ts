import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { page, PageQuery, TenantId, Timestamp, Uuid } from '../primitives.ts';

export const ChannelKind = z.enum(['email', 'webhook', 'slack']);
export type ChannelKind = z.infer<typeof ChannelKind>;

/** One address without a display name: nothing in it can end a header or begin a second recipient. */
export const EmailAddress = z
  .string()
  .max(254)
  .regex(/^[^\s\p{Cc}@<>()[\]\\,;:"]{1,64}@[^\s\p{Cc}@<>()[\]\\,;:"]+$/u, 'must be one e-mail address');

const HostName = z
  .string()
  .max(253)
  .regex(/^(?:[\w-]+(?:\.[\w-]+)*\.?|[0-9a-f]*:[0-9a-f:.]*)$/i, 'must be a host name or an IP address');

const HttpUrl = z.url({ protocol: /^https?$/ }).max(2_048);

/** Standard Webhooks: `whsec_` and the base64 of 24 to 64 random bytes. */
export const WebhookSecret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/, 'must be whsec_ and the base64 of 24 to 64 bytes');

/** TLS from the first byte, by STARTTLS, or not at all. */
const EmailSecurity = z.enum(['none', 'starttls', 'tls']);
const UserName = z.string().min(1).max(256);

/** How an SMTP server is reached, as whom, and who gets the mail. */
const EmailSettings = z.strictObject({
  host: HostName,
  port: z.number().int().min(1).max(65_535),
  security: EmailSecurity,
  from: EmailAddress,
  to: z.array(EmailAddress).min(1).max(50),
  user: UserName.nullable(),
});
const NewEmailSettings = EmailSettings.extend({
  security: EmailSecurity.default('starttls'),
  user: UserName.nullable().default(null),
  password: z.string().min(1).max(512).optional(),
});
const WebhookSettings = z.strictObject({ url: HttpUrl });

const common = { name: z.string().trim().min(1).max(100), enabled: z.boolean().default(true) };

/** A channel with its credentials: the SMTP password, the signing secret, and for Slack the whole URL, which is its own key. */
export const CreateChannelBody = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('email'),
    ...common,
    settings: NewEmailSettings,
  }),
  z.strictObject({
    kind: z.literal('webhook'),
    ...common,
    settings: WebhookSettings.extend({ secret: WebhookSecret }),
  }),
  z.strictObject({ kind: z.literal('slack'), ...common, settings: z.strictObject({ url: HttpUrl }) }),
]);
export type CreateChannelBody = z.infer<typeof CreateChannelBody>;

/** The whole channel anew. A credential that is left out stays as it is. */
export const ReplaceChannelBody = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('email'),
    ...common,
    settings: NewEmailSettings,
  }),
  z.strictObject({
    kind: z.literal('webhook'),
    ...common,
    settings: WebhookSettings.extend({ secret: WebhookSecret.optional() }),
  }),
  z.strictObject({ kind: z.literal('slack'), ...common, settings: z.strictObject({ url: HttpUrl.optional() }) }),
]);
export type ReplaceChannelBody = z.infer<typeof ReplaceChannelBody>;

/** What a channel is set to, without its credential. Of Slack's URL only the host is told. */
export const ChannelSettings = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('email'), settings: EmailSettings }),
  z.object({ kind: z.literal('webhook'), settings: WebhookSettings }),
  z.object({ kind: z.literal('slack'), settings: z.strictObject({ host: z.string() }) }),
]);
export type ChannelSettings = z.infer<typeof ChannelSettings>;

/** Somewhere messages can be sent. */
export const Channel = z
  .object({
    id: Uuid,
    tenantId: TenantId,
    name: z.string(),
    enabled: z.boolean(),
    /** Whether a credential is kept; itself it is never told. */
    hasSecret: z.boolean(),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .and(ChannelSettings);
export type Channel = z.infer<typeof Channel>;

/** What became of one try to send. */
export const SendOutcome = z.object({
  outcome: z.enum(['delivered', 'failed']),
  durationMs: z.number().int().min(0),
  /** Why it failed, without credentials; null when it did not. */
  error: z.string().nullable(),
});
export type SendOutcome = z.infer<typeof SendOutcome>;

const ChannelParams = z.strictObject({ id: Uuid });
const FORBIDDEN = 'notification.destination_forbidden';

export const ListChannels = endpoint({
  id: 'listChannels',
  service: 'notification',
  method: 'GET',
  url: '/api/v1/notifications/channels',
  summary: 'Channels of the tenant, newest first',
  permission: 'notifications:read',
  query: PageQuery,
  responses: { 200: page(Channel) },
});

export const CreateChannel = endpoint({
  id: 'createChannel',
  service: 'notification',
  method: 'POST',
  url: '/api/v1/notifications/channels',
  summary: 'Adds an e-mail, webhook or Slack channel',
  permission: 'notifications:write',
  audit: 'channel.create',
  body: CreateChannelBody,
  responses: { 201: Channel },
  errors: { 409: ['notification.name_taken'], 422: [FORBIDDEN, 'notification.secret_required'] },
});

export const GetChannel = endpoint({
  id: 'getChannel',
  service: 'notification',
  method: 'GET',
  url: '/api/v1/notifications/channels/:id',
  summary: 'One channel, without its credential',
  permission: 'notifications:read',
  params: ChannelParams,
  responses: { 200: Channel },
  errors: { 404: ['notification.channel_not_found'] },
});

export const ReplaceChannel = endpoint({
  id: 'replaceChannel',
  service: 'notification',
  method: 'PUT',
  url: '/api/v1/notifications/channels/:id',
  summary: 'Replaces a channel; a credential that is left out stays, unless the SMTP server or user changes',
  permission: 'notifications:write',
  audit: 'channel.replace',
  params: ChannelParams,
  body: ReplaceChannelBody,
  responses: { 200: Channel },
  errors: {
    404: ['notification.channel_not_found'],
    409: ['notification.name_taken', 'notification.kind_fixed'],
    422: [FORBIDDEN, 'notification.secret_required'],
  },
});

export const DeleteChannel = endpoint({
  id: 'deleteChannel',
  service: 'notification',
  method: 'DELETE',
  url: '/api/v1/notifications/channels/:id',
  summary: 'Removes a channel that no rule uses; what still waits for it fails',
  permission: 'notifications:write',
  audit: 'channel.delete',
  params: ChannelParams,
  responses: { 204: z.undefined() },
  errors: { 404: ['notification.channel_not_found'], 409: ['notification.channel_in_use'] },
});

export const TestChannel = endpoint({
  id: 'testChannel',
  service: 'notification',
  method: 'POST',
  url: '/api/v1/notifications/channels/:id/test',
  summary: 'Sends a test message now, once, and tells what came of it',
  permission: 'notifications:write',
  audit: 'channel.test',
  params: ChannelParams,
  responses: { 200: SendOutcome },
  errors: { 404: ['notification.channel_not_found'] },
});
