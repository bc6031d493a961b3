import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { page, PageQuery, Severity, TenantId, Timestamp, Uuid } from '../primitives.ts';

/** Events people can be told about. */
export const NotifiableEvent = z.enum(['alert.created', 'incident.created', 'incident.updated', 'response.completed']);
export type NotifiableEvent = z.infer<typeof NotifiableEvent>;

/**
 * Who is told about what. `minSeverity` is asked of events that have a severity; `response.completed` has none and always
 * passes.
 */
export const NotificationRuleBody = z.strictObject({
  name: z.string().trim().min(1).max(100),
  enabled: z.boolean().default(true),
  events: z
    .array(NotifiableEvent)
    .min(1)
    .transform((names) => [...new Set(names)]),
  minSeverity: Severity.default('medium'),
  channelIds: z
    .array(Uuid)
    .min(1)
    .max(20)
    .transform((ids) => [...new Set(ids)]),
  /**
   * After a message, the same channel hears nothing more from this rule about the same subject for this long, unless the
   * severity rises. The subject is the incident, the playbook run, or the alerts of one fingerprint. 0 sends every time.
   */
  throttle: z.strictObject({ perSubjectS: z.number().int().min(0).max(604_800) }).default({ perSubjectS: 300 }),
});
export type NotificationRuleBody = z.infer<typeof NotificationRuleBody>;

export const NotificationRule = z.object({
  id: Uuid,
  tenantId: TenantId,
  name: z.string(),
  enabled: z.boolean(),
  events: z.array(NotifiableEvent),
  minSeverity: Severity,
  channelIds: z.array(Uuid),
  throttle: z.object({ perSubjectS: z.number().int() }),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type NotificationRule = z.infer<typeof NotificationRule>;

const RuleParams = z.strictObject({ id: Uuid });

export const ListNotificationRules = endpoint({
  id: 'listNotificationRules',
  service: 'notification',
  method: 'GET',
  url: '/api/v1/notifications/rules',
  summary: 'Notification rules of the tenant, newest first',
  permission: 'notifications:read',
  query: PageQuery,
  responses: { 200: page(NotificationRule) },
});

export const CreateNotificationRule = endpoint({
  id: 'createNotificationRule',
  service: 'notification',
  method: 'POST',
  url: '/api/v1/notifications/rules',
  summary: 'Adds a rule: which events, from which severity, to which channels',
  permission: 'notifications:write',
  audit: 'notification_rule.create',
  body: NotificationRuleBody,
  responses: { 201: NotificationRule },
  errors: { 409: ['notification.name_taken'], 422: ['notification.unknown_channel'] },
});

export const GetNotificationRule = endpoint({
  id: 'getNotificationRule',
  service: 'notification',
  method: 'GET',
  url: '/api/v1/notifications/rules/:id',
  summary: 'One notification rule',
  permission: 'notifications:read',
  params: RuleParams,
  responses: { 200: NotificationRule },
  errors: { 404: ['notification.rule_not_found'] },
});

export const ReplaceNotificationRule = endpoint({
  id: 'replaceNotificationRule',
  service: 'notification',
  method: 'PUT',
  url: '/api/v1/notifications/rules/:id',
  summary: 'Replaces a notification rule',
  permission: 'notifications:write',
  audit: 'notification_rule.replace',
  params: RuleParams,
  body: NotificationRuleBody,
  responses: { 200: NotificationRule },
  errors: {
    404: ['notification.rule_not_found'],
    409: ['notification.name_taken'],
    422: ['notification.unknown_channel'],
  },
});

export const DeleteNotificationRule = endpoint({
  id: 'deleteNotificationRule',
  service: 'notification',
  method: 'DELETE',
  url: '/api/v1/notifications/rules/:id',
  summary: 'Removes a notification rule; what it has already caused is still delivered',
  permission: 'notifications:write',
  audit: 'notification_rule.delete',
  params: RuleParams,
  responses: { 204: z.undefined() },
  errors: { 404: ['notification.rule_not_found'] },
});
