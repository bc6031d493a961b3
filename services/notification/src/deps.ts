import type { DbCluster } from '@soc/db-cluster';
import type { Platform, Worker } from '@soc/service-kit';
import { type AlertInterest, createAlertInterest } from './alert-interest.ts';
import { type ChannelRepository, createChannelRepository } from './channel-repository.ts';
import type { NotificationConfig } from './config.ts';
import { createDeliveryRepository, type DeliveryRepository } from './delivery-repository.ts';
import type { DestinationPolicy } from './domain/destination.ts';
import { createLiveFeed, type LiveFeed } from './live/live-feed.ts';
import { createLiveHub, type LiveHub } from './live/live-hub.ts';
import { createNotifier, type Notifier } from './notifier.ts';
import { createPersonRepository, type PersonRepository } from './person-repository.ts';
import { createRuleRepository, type RuleRepository } from './rule-repository.ts';
import { createSecretBox, type SecretBox } from './secret-box.ts';
import { createDeliveryWorker, type DeliveryWorker } from './sending/delivery-worker.ts';
import { createLeaseRepository } from './sending/lease-repository.ts';
import { createOutboundPost } from './sending/outbound-post.ts';
import { createSender, type Sender } from './sending/sender.ts';
import { createThrottlePruner } from './throttle-pruner.ts';
import { createThrottleRepository } from './throttle-repository.ts';

export interface NotificationDeps {
  readonly db: DbCluster;
  readonly now: () => Date;
  readonly channels: ChannelRepository;
  readonly rules: RuleRepository;
  readonly deliveries: DeliveryRepository;
  readonly people: PersonRepository;
  readonly secretBox: SecretBox;
  readonly destinations: DestinationPolicy;
  readonly sender: Sender;
  readonly alertInterest: AlertInterest;
  readonly notifier: Notifier;
  readonly deliveryWorker: DeliveryWorker;
  readonly live: LiveFeed;
  readonly liveHub: LiveHub;
  readonly workers: readonly Worker[];
}

export function createNotificationDeps(platform: Platform<NotificationConfig>): NotificationDeps {
  const { db, outbox, now, log, registry, config } = platform;
  const rules = createRuleRepository();
  const throttles = createThrottleRepository();
  const deliveries = createDeliveryRepository();
  const secretBox = createSecretBox(config.NOTIFICATION_SECRET_KEY);
  const destinations = {
    allowPrivate: config.NOTIFICATION_ALLOW_PRIVATE,
    allowedHosts: config.NOTIFICATION_ALLOWED_HOSTS,
  };
  const outbound = createOutboundPost(destinations);
  const sendTimeoutMs = config.NOTIFICATION_SEND_TIMEOUT_MS;
  const sender = createSender({ outbound, secretBox, timeoutMs: sendTimeoutMs, now });
  const live = createLiveFeed(platform, log);
  const liveHub = createLiveHub({
    feed: live,
    maxStreams: config.NOTIFICATION_MAX_STREAMS,
    maxAgeMs: config.NOTIFICATION_STREAM_MAX_AGE_S * 1_000,
    registry,
    log,
  });
  const deliveryWorker = createDeliveryWorker({
    db,
    outbox,
    leases: createLeaseRepository(),
    sender,
    live,
    retry: { maxAttempts: config.NOTIFICATION_MAX_ATTEMPTS, firstRetryMs: config.NOTIFICATION_FIRST_RETRY_MS },
    sendTimeoutMs,
    now,
    random: Math.random,
    log,
  });
  return {
    db,
    now,
    channels: createChannelRepository(),
    rules,
    deliveries,
    people: createPersonRepository(),
    secretBox,
    destinations,
    sender,
    alertInterest: createAlertInterest({ rules, now }),
    notifier: createNotifier({ rules, throttles, deliveries, now, wake: deliveryWorker.wake }),
    deliveryWorker,
    live,
    liveHub,
    workers: [
      deliveryWorker,
      liveHub,
      createThrottlePruner({ db, throttles, now, log }),
      { start: () => undefined, stop: outbound.close },
    ],
  };
}
