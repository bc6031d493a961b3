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
    args[0].setTimeout(this.#withinMs);
    return super.sendCommand(...args);
  }
}
