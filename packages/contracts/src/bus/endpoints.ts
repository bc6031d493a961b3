import type { EndpointSpec } from '../endpoint.ts';
import { BusService } from './bus-service.ts';
import { deadLetterOperations } from './dead-letter-operations.ts';
import { replayOperations } from './replay-operations.ts';

const operationsOf = (service: BusService) => ({ ...deadLetterOperations(service), ...replayOperations(service) });

/** The operations of the bus at one service, by name; the same for each service on the bus. */
export type BusOperations = ReturnType<typeof operationsOf>;

/** The operations of the bus by service. */
// The keys are exactly the services, which `fromEntries` forgets.
export const busOperations = Object.fromEntries(
  BusService.options.map((service) => [service, operationsOf(service)]),
) as Readonly<Record<BusService, BusOperations>>;

/** Every endpoint by which the bus is operated. */
export const busEndpoints: readonly EndpointSpec[] = Object.values(busOperations).flatMap((operations) =>
  Object.values(operations),
);
