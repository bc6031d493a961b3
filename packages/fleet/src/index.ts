export { thisHost } from './cli/host.ts';
export { createFleetClient, type FleetClient, FleetRefusal, logIn } from './client/fleet-client.ts';
export { type Fleet, type RunningInstance, startFleet } from './fleet.ts';
export type { FleetEvent } from './fleet-event.ts';
export type { FleetOptions } from './fleet-options.ts';
export type { Host } from './host.ts';
export { NODE_FLAGS } from './node-flags.ts';
export { OperatorError } from './operator-error.ts';
