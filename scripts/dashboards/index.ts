import type { Dashboard } from './dashboard.ts';
import { database } from './database.ts';
import { eventBus } from './event-bus.ts';
import { gateway } from './gateway.ts';
import { serviceOverview } from './service-overview.ts';

/** Every dashboard that Grafana is given. */
export const dashboards: readonly Dashboard[] = [serviceOverview, gateway, eventBus, database];
