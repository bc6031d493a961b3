import type { Endpoints, Group, Topic } from './contender.ts';
import type { ContenderName } from './contenders.ts';

/** What a worker process is; without `group` it is the publisher. */
export interface WorkerRole {
  readonly contender: ContenderName;
  readonly endpoints: Endpoints;
  readonly topic: Topic;
  readonly group?: Group;
}

/**
 * What a worker is told; events are numbered from `first`. `publish` is answered when all are confirmed, `expect` twice: when
 * it has been understood, and when all of them have been handled.
 */
export type WorkerOrder =
  | { readonly kind: 'publish'; readonly first: number; readonly count: number; readonly perS?: number }
  | { readonly kind: 'expect'; readonly first: number; readonly count: number; readonly isTimed: boolean };

export interface WorkerAnswer {
  /** From publish to handler, of every event of an `expect` that is timed; empty in all other answers. */
  readonly latenciesMs: readonly number[];
}
