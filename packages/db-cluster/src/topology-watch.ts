import type { Candidate } from './choosing.ts';
import { createLagClock, type LagClock } from './lag.ts';
import type { Node } from './node.ts';
import { assess, NOTHING_SEEN, type View } from './topology.ts';

/** A replica as the choice sees it. */
export interface Replica extends Candidate {
  readonly node: Node;
}

/** Keeps the view of the cluster up to date, and lets callers wait for it to become what they need. */
export interface TopologyWatch {
  readonly view: () => View<Node>;
  /** Asks every server anew and resolves when all have answered or failed to. A server gets one question at a time. */
  readonly relearn: () => Promise<void>;
  /** Resolves when `isEnough` holds or the deadline (monotonic clock) has passed, whichever is first; asks anew meanwhile. */
  readonly until: (isEnough: (view: View<Node>) => boolean, deadlineMs: number) => Promise<void>;
  /** The usable replicas as they were at their last probe; only `load` is of now. */
  readonly replicas: () => readonly Replica[];
  /** Since when there has been no primary, on the monotonic clock; undefined while there is one. */
  readonly outageSinceMs: () => number | undefined;
  /** Called after every change of the primary or of the problem. */
  readonly onChange: (listener: (view: View<Node>) => void) => () => void;
  readonly stop: () => void;
}

/** While there is no primary, servers are asked this often, so that a promotion is noticed at once. */
const URGENT_EVERY_MS = 100;

export function watchTopology(nodes: readonly Node[], everyMs: number, onTick: (nowMs: number) => void) {
  let memory = NOTHING_SEEN;
  let view: View<Node> = assess<Node>([], memory, ({ name }) => name);
  let replicas: readonly Replica[] = [];
  let outageSinceMs: number | undefined = performance.now();
  let stopped = false;
  const lag = createLagClock();
  const listeners = new Set<(view: View<Node>) => void>();
  const waiting = new Set<() => void>();

  /** Looks at what the servers last said; called whenever one of them has answered. */
  const look = (): void => {
    const before = view;
    view = assess(
      nodes.map((node) => ({ node, facts: node.facts() })),
      memory,
      ({ name }) => name,
    );
    memory = view.memory;
    const primaryLsn = view.primary?.facts()?.lsn;
    if (primaryLsn !== undefined) lag.sample(primaryLsn, performance.now());
    replicas = view.replicas.flatMap((node) => asCandidate(node, lag));
    outageSinceMs = view.primary ? undefined : (outageSinceMs ?? performance.now());
    for (const wake of waiting) wake();
    if (view.primary === before.primary && view.problem?.detail === before.problem?.detail) return;
    for (const listener of listeners) listener(view);
  };

  // Each server is asked apart: one that hangs does not keep the others from being heard.
  const relearn = async (): Promise<void> => {
    if (!stopped) await Promise.all(nodes.map((node) => node.probe()));
  };

  let timer: NodeJS.Timeout;
  const tick = (): void => {
    if (stopped) return;
    onTick(performance.now());
    void relearn();
    const pauseMs = view.primary ? everyMs : Math.min(everyMs, URGENT_EVERY_MS);
    timer = setTimeout(tick, pauseMs * (0.9 + Math.random() * 0.2));
    timer.unref();
  };
  tick();

  const until = async (isEnough: (seen: View<Node>) => boolean, deadlineMs: number): Promise<void> => {
    if (isEnough(view) || stopped) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => {
      if (isEnough(view) || stopped) resolve();
    };
    waiting.add(wake);
    const late = setTimeout(resolve, Math.max(0, deadlineMs - performance.now()));
    // Learning that is due anyway is not waited for; what it finds wakes the caller.
    void relearn();
    await promise;
    clearTimeout(late);
    waiting.delete(wake);
  };

  const watch: TopologyWatch = {
    view: () => view,
    relearn,
    until,
    replicas: () => replicas,
    outageSinceMs: () => outageSinceMs,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      for (const wake of waiting) wake();
    },
  };
  return { ...watch, look };
}

function asCandidate(node: Node, lag: LagClock): readonly Replica[] {
  const facts = node.facts();
  if (!facts) return [];
  const { bytes, seconds } = lag.behind(facts.lsn, performance.now());
  return [
    {
      node,
      timeline: facts.timeline,
      replayed: facts.lsn,
      lagBytes: bytes,
      lagS: seconds,
      get load() {
        return node.pool.load();
      },
    },
  ];
}
