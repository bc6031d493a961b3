import type { EndpointSpec, ResponseOf } from '@soc/contracts';
import { type Channel, CreateChannel } from '@soc/contracts/notification/channels';
import {
  CreateNotificationRule,
  type NotificationRule,
  type NotificationRuleBody,
} from '@soc/contracts/notification/rules';
import { uuidv7 } from '@soc/service-kit';

/** The environment of a notification service that may call loopback and is quick to give up. */
export const testEnv = {
  NOTIFICATION_SECRET_KEY: Buffer.alloc(32, 'k').toString('base64'),
  NOTIFICATION_ALLOW_PRIVATE: 'true',
  NOTIFICATION_FIRST_RETRY_MS: '10',
  NOTIFICATION_MAX_ATTEMPTS: '3',
  NOTIFICATION_SEND_TIMEOUT_MS: '1000',
} as const;

export const testSecret = `whsec_${Buffer.alloc(32, 's').toString('base64')}`;

/** A service to be called as its administrator. */
interface Callable {
  readonly call: <E extends EndpointSpec>(
    endpoint: E,
    request: { readonly body: unknown },
  ) => Promise<{ readonly body: ResponseOf<E> }>;
}

const uniqueName = (): string => `test ${uuidv7(Date.now())}`;

export async function addWebhook(service: Callable, url: string): Promise<Channel> {
  const settings = { url, secret: testSecret };
  return (await service.call(CreateChannel, { body: { kind: 'webhook', name: uniqueName(), settings } })).body;
}

/** A rule on new incidents without a throttle, unless told otherwise. */
export async function addRule(
  service: Callable,
  channels: readonly Channel[],
  fields: Partial<NotificationRuleBody> = {},
): Promise<NotificationRule> {
  const body = {
    name: uniqueName(),
    events: ['incident.created'],
    minSeverity: 'low',
    channelIds: channels.map(({ id }) => id),
    throttle: { perSubjectS: 0 },
    ...fields,
  };
  return (await service.call(CreateNotificationRule, { body })).body;
}
