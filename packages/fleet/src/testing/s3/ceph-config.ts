import { join } from 'node:path';

/** A key that objects may be encrypted with by the server, under `aws:kms`. */
export const TEST_KMS_KEY = 'soc-test';

export interface CephSettings {
  readonly directory: string;
  readonly fsid: string;
  readonly monPort: number;
  readonly port: number;
  /** Largest amount kept. On the disk where `isOnDisk`, or else in memory. */
  readonly capacityBytes: number;
  readonly isOnDisk: boolean;
  readonly more: Readonly<Record<string, string>>;
}

/** A Ceph of one monitor and one disk that keeps one copy, without a manager: nothing here is balanced or watched. */
export function cephConfig({ directory, fsid, monPort, port, capacityBytes, isOnDisk, more }: CephSettings): string {
  const settings: Readonly<Record<string, string | number>> = {
    fsid,
    mon_host: `v2:127.0.0.1:${monPort}/0`,
    public_addr: '127.0.0.1',
    cluster_addr: '127.0.0.1',
    ms_bind_ipv6: 'false',
    auth_cluster_required: 'cephx',
    auth_service_required: 'cephx',
    auth_client_required: 'cephx',
    keyring: join(directory, 'keyring'),
    run_dir: directory,
    admin_socket: '',
    pid_file: '',
    crash_dir: directory,
    log_file: join(directory, '$name.log'),
    mon_cluster_log_file: join(directory, 'cluster.log'),
    debug_ms: '0/0',
    debug_rgw: '0/1',
    debug_osd: '0/0',
    debug_mon: '0/0',
    mon_data: join(directory, 'mon'),
    mon_data_avail_crit: 1,
    mon_data_avail_warn: 1,
    mon_allow_pool_size_one: 'true',
    // Each pool is agreed on by the one monitor there is.
    paxos_propose_interval: '0.05',
    paxos_min_wait: '0.01',
    osd_pool_default_size: 1,
    osd_pool_default_min_size: 1,
    osd_pool_default_pg_num: 4,
    osd_pool_default_pgp_num: 4,
    osd_crush_chooseleaf_type: 0,
    osd_data: join(directory, 'osd'),
    osd_objectstore: isOnDisk ? 'bluestore' : 'memstore',
    memstore_device_bytes: capacityBytes,
    bluestore_block_size: capacityBytes,
    bluestore_cache_autotune: 'false',
    bluestore_cache_size: 128 * 1024 ** 2,
    osd_memory_target_cgroup_limit_ratio: '0',
    osd_op_num_shards: 1,
    osd_op_num_threads_per_shard: 2,
    osd_max_object_name_len: 256,
    osd_max_object_namespace_len: 64,
    rgw_data: join(directory, 'rgw'),
    rgw_frontends: `beast endpoint=127.0.0.1:${port}`,
    rgw_thread_pool_size: 64,
    rgw_enable_usage_log: 'false',
    rgw_enable_ops_log: 'false',
    // What was removed makes room at once.
    rgw_gc_obj_min_wait: 1,
    rgw_gc_processor_period: 5,
    rgw_gc_processor_max_time: 5,
    rgw_crypt_require_ssl: 'false',
    rgw_crypt_s3_kms_backend: 'testing',
    rgw_crypt_s3_kms_encryption_keys: `${TEST_KMS_KEY}=${Buffer.alloc(32, 'tests').toString('base64')}`,
    ...more,
  };
  return ['[global]', ...Object.entries(settings).map(([name, value]) => `${name} = ${value}`), ''].join('\n');
}
