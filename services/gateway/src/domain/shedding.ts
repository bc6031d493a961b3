import type { Traffic } from './rate-rules.ts';

/** How busy the gateway is. */
export interface Load {
  /** Beyond what a timer was set for, on average over the last half second. */
  readonly eventLoopDelayMs: number;
  readonly inFlight: number;
}

/** Where shedding begins. */
export interface LoadLimits extends Load {
  /** Most requests of one client at once, those included whose body is still to come. */
  readonly addressInFlight: number;
}

/** In order: what is dear goes first; alerts go last, for nobody sends them again who is under attack. */
const SHED_AT: Readonly<Record<Traffic, number>> = { search: 1, general: 1.5, login: 2, ingest: 3 };

/** 1 where shedding begins. */
export const pressureOf = (load: Load, limits: Load): number =>
  Math.max(load.eventLoopDelayMs / limits.eventLoopDelayMs, load.inFlight / limits.inFlight);

/** Whether a request is refused so that those under way get done. */
export const isShed = (traffic: Traffic, pressure: number): boolean => pressure >= SHED_AT[traffic];
