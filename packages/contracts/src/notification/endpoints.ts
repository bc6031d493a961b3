import type { EndpointSpec } from '../endpoint.ts';
import { CreateChannel, DeleteChannel, GetChannel, ListChannels, ReplaceChannel, TestChannel } from './channels.ts';
import { ListDeliveries, RetryDelivery } from './deliveries.ts';
import { StreamNotifications } from './live.ts';
import { ListPeople } from './people.ts';
import {
  CreateNotificationRule,
  DeleteNotificationRule,
  GetNotificationRule,
  ListNotificationRules,
  ReplaceNotificationRule,
} from './rules.ts';

/** Every endpoint the notification service answers. */
export const notificationEndpoints: readonly EndpointSpec[] = [
  ListChannels,
  CreateChannel,
  GetChannel,
  ReplaceChannel,
  DeleteChannel,
  TestChannel,
  ListNotificationRules,
  CreateNotificationRule,
  GetNotificationRule,
  ReplaceNotificationRule,
  DeleteNotificationRule,
  ListDeliveries,
  RetryDelivery,
  ListPeople,
  StreamNotifications,
];
