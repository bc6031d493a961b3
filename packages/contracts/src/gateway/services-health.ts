import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { ServiceName } from '../service-name.ts';

const Status = z.enum(['ok', 'degraded', 'down']);

/** A breaker that is open lets nothing through; half open, one request may try. */
export const BreakerState = z.enum(['closed', 'half_open', 'open']);

/** What an operator ordered of a breaker; `auto` leaves it to the breaker. */
export const BreakerOrder = z.enum(['open', 'closed', 'auto']);
export type BreakerOrder = z.infer<typeof BreakerOrder>;

/** What the gateway knows of one instance of a service. */
export const InstanceHealth = z.object({
  /** By its place in the gateway's configuration, e.g. `alert-1`, or by its address where that comes from DNS: `alert-3fa9c1`. */
  name: z.string(),
  status: Status,
  /** Whether it answers the gateway's probes: false after two without an answer. */
  healthy: z.boolean(),
  /** Whether it is spared for a while because of what it answered. */
  ejected: z.boolean(),
  /** Whether an operator keeps new requests from it. */
  draining: z.boolean(),
  /** Its part of the requests compared with the others', 0 to 1; less than 1 while it comes back. */
  share: z.number(),
  /** Requests without an answer yet. */
  outstanding: z.number().int(),
  /** How long its answers have taken of late, the slow ones first; null before the first. */
  recentLatencyMs: z.number().nullable(),
  breaker: BreakerState,
  breakerOrder: BreakerOrder,
  /** How long its own health report took; null when none came. */
  latencyMs: z.number().nullable(),
  version: z.string().optional(),
  uptimeS: z.number().optional(),
  /** Where it listens; only for callers with `fleet:read`. */
  address: z.string().optional(),
  /** Its own dependency checks; only for callers with `fleet:read`. */
  checks: z.record(z.string(), z.unknown()).optional(),
});
export type InstanceHealth = z.infer<typeof InstanceHealth>;

/** A service is ok when every instance is, and down when none answers. */
export const ServiceHealth = z.object({
  service: ServiceName,
  status: Status,
  /** The breaker of the service as a whole. */
  breaker: BreakerState,
  breakerOrder: BreakerOrder,
  instances: z.array(InstanceHealth),
});
export type ServiceHealth = z.infer<typeof ServiceHealth>;

/** The fleet is ok when every service is, and down when none but the gateway answers. */
export const FleetHealth = z.object({ status: Status, services: z.array(ServiceHealth) });
export type FleetHealth = z.infer<typeof FleetHealth>;

export const GetServicesHealth = endpoint({
  id: 'getServicesHealth',
  service: 'gateway',
  method: 'GET',
  url: '/services/health',
  summary: 'The health of every instance of every service, within two seconds.',
  permission: 'public',
  responses: { 200: FleetHealth },
});
