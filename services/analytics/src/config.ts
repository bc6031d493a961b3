import { z } from 'zod';

/** analytics needs nothing beside what every service has. */
export const AnalyticsConfig = z.object({});
