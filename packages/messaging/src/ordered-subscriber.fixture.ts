import { createDbCluster } from '@soc/db-cluster';
import { createRegistry } from '@soc/monitoring';
import { createEventBus, createKeyRing, type EventBusOptions, type KeyRingData } from './index.ts';
import { recordingInOrder } from './ordered.fixture.ts';

/** A replica of the subscribing service, for a process of its own that is to be killed. */
export function startSubscriber(
  options: Pick<EventBusOptions, 'redisUrl' | 'prefix' | 'instanceId'> & {
    readonly databaseUrl: string;
    readonly keys: KeyRingData;
    readonly hangsAtVersion: number;
  },
): void {
  const registry = createRegistry('storage', 'test');
  const db = createDbCluster({
    primaryUrl: options.databaseUrl,
    replicaUrls: [],
    applicationName: options.instanceId,
    registry,
    onError: () => undefined,
  });
  const bus = createEventBus({
    ...options,
    serviceName: 'storage',
    keyRing: createKeyRing(options.keys),
    db,
    registry,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    now: () => new Date(),
  });
  bus.subscribe(
    recordingInOrder((version) => (version === options.hangsAtVersion ? new Promise(() => undefined) : undefined)),
  );
  bus.start();
}
