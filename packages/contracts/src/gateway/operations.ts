import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { ServiceName } from '../service-name.ts';
import { BreakerOrder } from './services-health.ts';

/** The services behind the gateway. */
const Upstream = ServiceName.exclude(['gateway']);

const InstanceParams = z.strictObject({
  service: Upstream,
  /** As `GET /services/health` names it. */
  instance: z.string().regex(/^[a-z]{2,20}-[0-9a-f]{1,12}$/, 'an instance such as alert-0'),
});

const Reason = z.string().trim().min(1).max(500).optional();

/** What holds at every gateway from now on: at this one at once, at the others within two seconds. */
export const InstanceOrders = z.object({ instance: z.string(), draining: z.boolean(), breakerOrder: BreakerOrder });

/** Instances serve all tenants: only people of the one that runs the fleet may give orders about them. */
const operators = { 403: ['gateway.not_operator'] } as const;

export const SetInstanceDraining = endpoint({
  id: 'setInstanceDraining',
  service: 'gateway',
  method: 'PUT',
  url: '/api/v1/gateway/services/:service/instances/:instance/draining',
  summary: 'Keep new requests from an instance, which finishes what it has; or send it requests again.',
  permission: 'fleet:operate',
  params: InstanceParams,
  body: z.strictObject({ draining: z.boolean(), reason: Reason }),
  responses: { 200: InstanceOrders },
  errors: {
    ...operators,
    404: ['gateway.no_such_instance'],
    409: ['gateway.last_instance'],
    503: ['gateway.orders_unavailable'],
  },
});

export const SetInstanceBreaker = endpoint({
  id: 'setInstanceBreaker',
  service: 'gateway',
  method: 'PUT',
  url: '/api/v1/gateway/services/:service/instances/:instance/breaker',
  summary: 'Hold the breaker of an instance open or closed, or leave it to itself.',
  permission: 'fleet:operate',
  params: InstanceParams,
  body: z.strictObject({ order: BreakerOrder, reason: Reason }),
  responses: { 200: InstanceOrders },
  errors: { ...operators, 404: ['gateway.no_such_instance'], 503: ['gateway.orders_unavailable'] },
});

export const SetServiceBreaker = endpoint({
  id: 'setServiceBreaker',
  service: 'gateway',
  method: 'PUT',
  url: '/api/v1/gateway/services/:service/breaker',
  summary: 'Hold the breaker of a whole service open or closed, or leave it to itself.',
  permission: 'fleet:operate',
  params: z.strictObject({ service: Upstream }),
  body: z.strictObject({ order: BreakerOrder, reason: Reason }),
  responses: { 200: z.object({ service: ServiceName, breakerOrder: BreakerOrder }) },
  errors: { ...operators, 503: ['gateway.orders_unavailable'] },
});
