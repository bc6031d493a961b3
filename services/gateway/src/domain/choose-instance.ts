/** How the next instance of a service is found. */
export type Balancing = 'round_robin' | 'least_outstanding' | 'peak_ewma';

/** What the choice among the instances of a service depends on. */
export interface Candidate {
  /** It answers its probes. */
  readonly isHealthy: boolean;
  /** Its answers have been so bad that it is spared for a while. */
  readonly isEjected: boolean;
  /** Nothing new goes there: an operator said so. */
  readonly isDraining: boolean;
  /** Its breaker lets a request through. */
  readonly admits: boolean;
  /** How much of an equal part it gets, above 0; 1 but for one that is coming back. */
  readonly share: number;
  /** Requests without an answer yet. */
  readonly outstanding: number;
  /** How long its answers take, in ms; 0 before the first one. */
  readonly latencyMs: number;
}

/** What the choice depends on beside the instances. */
export interface Choice {
  readonly balancing: Balancing;
  /** Where round-robin goes on. */
  readonly turn: number;
  /** From 0 up to but not including 1. */
  readonly random: () => number;
}

const isOpen = ({ isDraining, admits }: Candidate): boolean => !isDraining && admits;

/** Whether an instance is one to send requests to: it is well, admits them and is neither ejected nor draining. */
export const isServing = (candidate: Candidate): boolean =>
  candidate.isHealthy && !candidate.isEjected && isOpen(candidate);

/**
 * The next instance of those not in `except`. Serving ones first; when there is none, the probes and the ejections are not
 * believed and any that admits is taken: sending nothing at all would be worse. A draining one is never taken. Undefined
 * when nobody may be asked.
 */
export function chooseInstance<Instance extends Candidate>(
  instances: readonly Instance[],
  choice: Choice,
  except: readonly Instance[] = [],
): Instance | undefined {
  switch (choice.balancing) {
    case 'round_robin':
      return inTurn(instances, choice, except);
    case 'least_outstanding':
      return leastLoaded(instances, choice, except);
    case 'peak_ewma':
      return betterOfTwo(instances, choice, except) ?? inTurn(instances, choice, except);
  }
}

function inTurn<Instance extends Candidate>(
  instances: readonly Instance[],
  { turn, random }: Choice,
  except: readonly Instance[],
): Instance | undefined {
  let spared: Instance | undefined;
  let fallback: Instance | undefined;
  for (let offset = 0; offset < instances.length; offset += 1) {
    const candidate = instances[(turn + offset) % instances.length];
    if (!candidate || !isOpen(candidate) || except.includes(candidate)) continue;
    if (!isServing(candidate)) fallback ??= candidate;
    else if (candidate.share >= 1 || random() < candidate.share) return candidate;
    else spared ??= candidate;
  }
  return spared ?? fallback;
}

/** Of those with as little to do, the next in turn. */
function leastLoaded<Instance extends Candidate>(
  instances: readonly Instance[],
  { turn }: Choice,
  except: readonly Instance[],
): Instance | undefined {
  let [least, leastLoad]: [Instance | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  let fallback: Instance | undefined;
  for (let offset = 0; offset < instances.length; offset += 1) {
    const candidate = instances[(turn + offset) % instances.length];
    if (!candidate || !isOpen(candidate) || except.includes(candidate)) continue;
    if (!isServing(candidate)) {
      fallback ??= candidate;
      continue;
    }
    const load = (candidate.outstanding + 1) / candidate.share;
    if (load < leastLoad) [least, leastLoad] = [candidate, load];
  }
  return least ?? fallback;
}

const costOf = ({ latencyMs, outstanding, share }: Candidate): number => ((latencyMs + 1) * (outstanding + 1)) / share;

/**
 * The cheaper of two at random: nearly as good as the cheapest of all, and several gateways do not all run to the same one
 * (Mitzenmacher, The Power of Two Choices, 2001).
 */
function betterOfTwo<Instance extends Candidate>(
  instances: readonly Instance[],
  { random }: Choice,
  except: readonly Instance[],
): Instance | undefined {
  const serving = instances.filter((candidate) => isServing(candidate) && !except.includes(candidate));
  const first = Math.floor(random() * serving.length);
  const second = (first + 1 + Math.floor(random() * (serving.length - 1))) % Math.max(1, serving.length);
  const [one, other] = [serving[first], serving[second]];
  if (!one || !other) return one ?? other;
  return costOf(other) < costOf(one) ? other : one;
}
