import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { page, PageQuery, Severity, TenantId, Timestamp, Uuid } from '../primitives.ts';
import { ChannelKind } from './channels.ts';
import { NotifiableEvent } from './rules.ts';

/** `suppressed`: its rule had told the same channel about the same subject a moment before. */
export const DeliveryStatus = z.enum(['pending', 'delivered', 'failed', 'suppressed']);
export type DeliveryStatus = z.infer<typeof DeliveryStatus>;

/** One message to one channel, and how its sending stands. `id` is the `webhook-id` that receivers deduplicate by. */
export const Delivery = z.object({
  id: Uuid,
  tenantId: TenantId,
  ruleId: Uuid,
  channelId: Uuid,
  channelKind: ChannelKind,
  eventType: NotifiableEvent,
  /** Id of the alert, incident or playbook run it is about. */
  subject: z.string(),
  title: z.string(),
  severity: Severity.nullable(),
  status: DeliveryStatus,
  attempts: z.number().int().min(0),
  /** What the last failed try said, without credentials. */
  lastError: z.string().nullable(),
  /** When the next try is due; null when none is. */
  nextAttemptAt: Timestamp.nullable(),
  createdAt: Timestamp,
  /** When it was delivered, given up or suppressed. */
  endedAt: Timestamp.nullable(),
});
export type Delivery = z.infer<typeof Delivery>;

export const ListDeliveries = endpoint({
  id: 'listDeliveries',
  service: 'notification',
  method: 'GET',
  url: '/api/v1/notifications/deliveries',
  summary: 'The delivery log, newest first',
  permission: 'notifications:read',
  query: PageQuery.extend({
    status: DeliveryStatus.optional(),
    channelId: Uuid.optional(),
    ruleId: Uuid.optional(),
    subject: z.string().min(1).max(128).optional(),
  }),
  responses: { 200: page(Delivery) },
});

export const RetryDelivery = endpoint({
  id: 'retryDelivery',
  service: 'notification',
  method: 'POST',
  url: '/api/v1/notifications/deliveries/:id/retry',
  summary: 'Sends a failed delivery again, with all its tries anew',
  permission: 'notifications:write',
  params: z.strictObject({ id: Uuid }),
  responses: { 202: Delivery },
  errors: { 404: ['notification.delivery_not_found'], 409: ['notification.delivery_not_failed'] },
});
