import type { Dashboard } from './dashboard.ts';
import { database } from './database.ts';
import { eventBus } from './event-bus.ts';
import { gateway } from './gateway.ts';
import { operations } from './operations.ts';
import { pipeline } from './pipeline.ts';
import { resources } from './resources.ts';
import { serviceOverview } from './service-overview.ts';

/** Every dashboard that Grafana is given. */
export const dashboards: readonly Dashboard[] = [
  serviceOverview,
  gateway,
  eventBus,
  pipeline,
  operations,
  database,
  resources,
];
