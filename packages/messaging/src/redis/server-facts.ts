/** What one Redis server says of itself. */
export interface RedisServerFacts {
  readonly role: 'master' | 'replica';
  /** Replicas that are connected to it. */
  readonly connectedReplicas: number;
  readonly usedMemoryBytes: number;
  /** 0 where there is no limit. */
  readonly maxMemoryBytes: number;
  readonly maxMemoryPolicy: string;
  /** What of its data survives its end: all but at most a second, what the last snapshot held, or nothing. */
  readonly persistence: 'append_only_file' | 'snapshots' | 'none';
  /** Whether it could not write to its disk the last time. */
  readonly writesFail: boolean;
  /** Where its replicas are, as it knows them. */
  readonly replicas: readonly { readonly host: string; readonly port: number }[];
}

/** Reads the answer of `INFO`. A server that makes snapshots but has made none since its start counts as `none`. */
export function readServerFacts(info: string): RedisServerFacts {
  const fields = new Map(
    info.split(/\r?\n/).flatMap((line): [string, string][] => {
      const colon = line.indexOf(':');
      return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1)]];
    }),
  );
  const numberOf = (name: string): number => Number(fields.get(name) ?? 0);
  const hasFailed = (name: string): boolean => (fields.get(name) ?? 'ok') !== 'ok';
  const persistence = (): RedisServerFacts['persistence'] => {
    if (numberOf('aof_enabled') === 1) return 'append_only_file';
    return numberOf('rdb_saves') > 0 ? 'snapshots' : 'none';
  };
  return {
    role: fields.get('role') === 'master' ? 'master' : 'replica',
    connectedReplicas: numberOf('connected_slaves'),
    usedMemoryBytes: numberOf('used_memory'),
    maxMemoryBytes: numberOf('maxmemory'),
    maxMemoryPolicy: fields.get('maxmemory_policy') ?? 'unknown',
    persistence: persistence(),
    writesFail: hasFailed('aof_last_write_status') || hasFailed('rdb_last_bgsave_status'),
    replicas: [...fields].flatMap(([name, value]) => {
      if (!/^slave\d+$/.test(name)) return [];
      const host = /(?:^|,)ip=([^,]+)/.exec(value)?.[1];
      const port = Number(/(?:^|,)port=(\d+)/.exec(value)?.[1]);
      return host === undefined || !(port > 0) ? [] : [{ host, port }];
    }),
  };
}
