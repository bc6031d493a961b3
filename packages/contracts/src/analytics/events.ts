import { z } from 'zod';
import { event } from '../event.ts';
import { Timestamp } from '../primitives.ts';

export const MetricRecorded = event({
  type: 'metric.recorded',
  version: 1,
  owner: 'analytics',
  summary: 'A measured value about the work of the SOC, e.g. the time an alert took to be acknowledged.',
  payload: z.object({
    /** Dotted name with the unit last, e.g. `alert.time_to_acknowledge_s`. */
    name: z.string(),
    value: z.number(),
    at: Timestamp,
    labels: z.record(z.string(), z.string()),
  }),
});
