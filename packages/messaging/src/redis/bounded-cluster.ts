import { Cluster, type ClusterNode, type ClusterOptions } from 'ioredis';

/** Answers keep the shapes of RESP2, for which the types of commands are written. */
type Options = Omit<ClusterOptions, 'redisOptions'> & {
  readonly redisOptions: Omit<NonNullable<ClusterOptions['redisOptions']>, 'replyMapping'>;
};

/**
 * A cluster client whose commands fail after `withinMs`, whatever they wait for: ioredis bounds the wait for an answer of a
 * node, but not the wait for a cluster that cannot be reached, nor all redirections together.
 */
export class BoundedCluster extends Cluster {
  readonly #withinMs: number;

  constructor(nodes: ClusterNode[], options: Options, withinMs: number) {
    super(nodes, options);
    this.#withinMs = withinMs;
  }

  override sendCommand(...args: Parameters<Cluster['sendCommand']>): unknown {
    const [command] = args;
    const isOfPipeline = args[2] !== undefined;
    command.setTimeout(this.#withinMs);
    // A pipeline is sent to one node. When only some of its commands say that the slot has moved, ioredis 6.0 neither
    // follows them nor asks where it is now, and the next pipeline would go the same wrong way.
    if (isOfPipeline) command.promise.catch(this.#refreshAfter);
    return super.sendCommand(...args);
  }

  readonly #refreshAfter = (error: unknown): void => {
    if (error instanceof Error && /^(MOVED|CLUSTERDOWN)\b/.test(error.message)) this.refreshSlotsCache();
  };
}
