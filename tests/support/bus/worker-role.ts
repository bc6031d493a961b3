import type { ServiceName } from '@soc/contracts';
import type { KeyRingData } from '@soc/messaging';

/** What one process of a bus chaos test is. Plain data: it travels as an argument. */
export interface WorkerRole {
  readonly service: ServiceName;
  readonly instanceId: string;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly prefix: string;
  readonly keyRing: KeyRingData;
  /** A publisher commits these batches. */
  readonly batches?: { readonly from: number; readonly to: number };
  /** A publisher kills itself as soon as it has committed so many. */
  readonly diesAfterBatches?: number | undefined;
  /** The handler of a subscriber says so and never ends at this call. */
  readonly hangsAtCall?: number | undefined;
  /** A subscriber. */
  readonly handler?: HandlerTemper;
}

/** How the handler of a subscriber behaves. */
export interface HandlerTemper {
  readonly isOrdered: boolean;
  /** Share of its calls that fail, 0–1. */
  readonly failingShare?: number;
  /** Always fails for one event, until the service is cured. */
  readonly isPoisoned?: boolean;
}

/** What a worker tells: that it runs, that its batches are committed, that its handler hangs, that letters are replayed. */
export type WorkerNews = 'ready' | 'published' | 'hanging' | 'replayed';

/** What a worker is told while it runs: to replay the dead letters of its service. */
export type WorkerOrder = 'replay';
