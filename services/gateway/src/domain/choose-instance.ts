/** What the choice among the instances of a service depends on. */
export interface Candidate {
  /** It answers its probes. */
  readonly isHealthy: boolean;
  /** Its breaker lets a request through. */
  readonly admits: boolean;
}

/**
 * The next instance in turn that is healthy and admits requests. When none is healthy the probes are not believed and any
 * that admits is taken: sending nothing at all would be worse. Undefined when no breaker lets a request through.
 */
export function chooseInstance<Instance extends Candidate>(
  instances: readonly Instance[],
  turn: number,
  except?: Instance,
): Instance | undefined {
  let fallback: Instance | undefined;
  for (let offset = 0; offset < instances.length; offset += 1) {
    const candidate = instances[(turn + offset) % instances.length];
    if (!candidate || candidate === except || !candidate.admits) continue;
    if (candidate.isHealthy) return candidate;
    fallback ??= candidate;
  }
  return fallback;
}
