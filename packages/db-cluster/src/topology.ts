import type { NodeFacts } from './probe.ts';

/** A server and what it last said of itself; nothing while it does not answer. */
export interface Known<Node> {
  readonly node: Node;
  readonly facts: NodeFacts | undefined;
}

/** What the cluster has shown so far in the life of this process. */
export interface Memory {
  readonly systemId: string | undefined;
  /** Whether a primary has said so; a replica alone may be one that was not meant. */
  readonly isCertain: boolean;
  /** The highest timeline that any of its servers was seen on. */
  readonly timeline: number;
}

/** Of a process that has seen nothing yet. */
export const NOTHING_SEEN: Memory = { systemId: undefined, isCertain: false, timeline: 0 };

export type Problem =
  | { readonly kind: 'no_primary'; readonly detail: string }
  | { readonly kind: 'two_primaries'; readonly detail: string }
  | { readonly kind: 'stale_primary'; readonly detail: string };

export interface View<Node> {
  /** Where writes go; absent when there is a problem. */
  readonly primary: Node | undefined;
  readonly replicas: readonly Node[];
  /** Servers of another cluster; never used. */
  readonly foreign: readonly Node[];
  readonly problem: Problem | undefined;
  readonly memory: Memory;
}

/**
 * Who may be written to and who may be read from. The servers are believed about themselves; what they cannot know is
 * whether another also calls itself the primary, and whether their timeline has ended. Either refuses writes.
 */
export function assess<Node>(known: readonly Known<Node>[], memory: Memory, name: (node: Node) => string): View<Node> {
  const answering = distinct(known);
  const systemId = memory.isCertain ? memory.systemId : (systemOf(answering) ?? memory.systemId);
  const ours = answering.filter(({ facts }) => facts.systemId === systemId);
  const foreign = answering.filter(({ facts }) => facts.systemId !== systemId);
  const primaries = ours.filter(({ facts }) => facts.role === 'primary');
  // A replica that has come further than the primary says as much as another primary would.
  const seen = systemId === memory.systemId ? memory.timeline : 0;
  const timeline = Math.max(seen, ...ours.map(({ facts }) => facts.timeline));
  const problem = problemOf(primaries, timeline, foreign, name);
  return {
    primary: problem ? undefined : primaries[0]?.node,
    replicas: ours.filter(({ facts }) => facts.role === 'replica').map(({ node }) => node),
    foreign: foreign.map(({ node }) => node),
    problem,
    memory: { systemId, isCertain: memory.isCertain || primaries.length > 0, timeline },
  };
}

type Answering<Node> = { readonly node: Node; readonly facts: NodeFacts };

/** One entry a server: two addresses of the same server do not make two primaries. What it became last counts. */
function distinct<Node>(known: readonly Known<Node>[]): readonly Answering<Node>[] {
  const byIdentity = new Map<string, Answering<Node>>();
  for (const { node, facts } of known) {
    if (!facts) continue;
    const identity = `${facts.systemId} ${facts.instance}`;
    const found = byIdentity.get(identity);
    // Without a restart, which makes it another instance, a replica may become a primary but never the reverse.
    if (!found || (found.facts.role === 'replica' && facts.role === 'primary')) {
      byIdentity.set(identity, { node, facts });
    }
  }
  return [...byIdentity.values()];
}

/** The cluster is that of the first primary ever seen; until there was one, that of the first server that answers. */
const systemOf = <Node>(answering: readonly Answering<Node>[]): string | undefined =>
  (answering.find(({ facts }) => facts.role === 'primary') ?? answering[0])?.facts.systemId;

function problemOf<Node>(
  primaries: readonly Answering<Node>[],
  timeline: number,
  foreign: readonly Answering<Node>[],
  name: (node: Node) => string,
): Problem | undefined {
  // A primary of another cluster means that the addresses are wrong, and which one was meant nobody can tell.
  const claims = [...primaries, ...foreign.filter(({ facts }) => facts.role === 'primary')];
  const [only] = primaries;
  if (only && claims.length > 1) {
    const names = claims.map(({ node, facts }) => `${name(node)} (timeline ${facts.timeline})`).join(' and ');
    return { kind: 'two_primaries', detail: `${names} both say that they are the primary` };
  }
  if (!only) {
    const strangers = foreign.map(({ node }) => name(node)).join(', ');
    return { kind: 'no_primary', detail: strangers ? `${strangers}: of another cluster` : 'no server is the primary' };
  }
  if (only.facts.timeline < timeline) {
    const detail = `${name(only.node)} is on timeline ${only.facts.timeline}, the cluster has been on ${timeline}`;
    return { kind: 'stale_primary', detail };
  }
  return undefined;
}
