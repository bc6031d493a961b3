import { auditEvents } from './auth/audit-events.ts';
import type { ServiceName } from './service-name.ts';

/**
 * The services that hear each event. Redis lets no other service read its stream; a repository test holds the list against
 * the subscriptions in the code.
 */
export const eventSubscribers: Readonly<Record<string, readonly ServiceName[]>> = {
  'alert.created': ['ai', 'analytics', 'intel', 'notification', 'storage'],
  'alert.updated': ['ai', 'analytics', 'storage'],
  'incident.created': ['analytics', 'notification', 'response', 'storage'],
  'incident.updated': ['analytics', 'notification', 'response', 'storage'],
  'comment.added': ['storage'],
  'event.received': ['storage'],
  'analysis.completed': ['alert'],
  'enrichment.completed': ['ai', 'alert'],
  'response.requested': ['response'],
  'response.completed': ['alert', 'analytics', 'notification'],
  'notification.sent': ['analytics'],
  'metric.recorded': ['storage'],
  'evidence.stored': ['alert', 'analytics', 'storage'],
  'user.changed': ['notification'],
  ...Object.fromEntries([...auditEvents.values()].map(({ type }) => [type, ['auth'] as const])),
};
