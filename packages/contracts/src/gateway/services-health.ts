import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { ServiceName } from '../service-name.ts';

const Status = z.enum(['ok', 'degraded', 'down']);

/** What the gateway knows of one instance of a service. */
export const InstanceHealth = z.object({
  /** The service and the number of the instance in the gateway's configuration, e.g. `alert-1`. */
  name: z.string(),
  status: Status,
  /** Whether the gateway sends it requests: false after two probes without an answer. */
  healthy: z.boolean(),
  breaker: z.enum(['closed', 'half_open', 'open']),
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
