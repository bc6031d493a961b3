import { copyFile, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { thisHost } from '@soc/fleet';
import { ensureInfluxdb } from '@soc/fleet/testing/influxdb';
import { cephConfig, TEST_KMS_KEY } from '@soc/fleet/testing/s3';
import { ensureSearchServer, layOutServerHome } from '@soc/fleet/testing/search-server';
import { repositoryRoot } from '../../scripts/repository-root.ts';
import { readComposeFile } from '../repo/compose-file.ts';
import type { Engine } from './engine.ts';
import { runCommand } from './run-command.ts';

/** What tests/compose/stand-ins.yml puts another make in place of, and what runs there. */
export const STAND_INS = {
  elasticsearch: 'OpenSearch 2.19',
  influxdb: 'InfluxDB 1.8',
  minio: "Ceph's S3 gateway 16.2",
} as const;

/** No image can be had, and nothing like it. */
export const LEFT_OUT: readonly string[] = ['grafana'];

/** The services of the compose file that are brought up. */
export const included: readonly string[] = Object.keys(
  readComposeFile('docker-compose.microservices.yml').services,
).filter((name) => !LEFT_OUT.includes(name));

/** Settings of storage for servers of another make: Ceph of this release encrypts by a key that is named. */
export const SETTINGS_OF_STAND_INS = { EVIDENCE_S3_ENCRYPTION: 'aws:kms', EVIDENCE_S3_KMS_KEY_ID: TEST_KMS_KEY };

/** What each image gets beside its folder in tests/compose/stand-ins. */
const CONTENTS = {
  'opensearch:2.19.6': async (folder: string) => {
    const { jars } = await ensureSearchServer(thisHost());
    await layOutServerHome(join(folder, 'home'), jars, undefined);
  },
  'influxdb:1.8.10': async (folder: string) => {
    const { influxd } = await ensureInfluxdb(thisHost());
    await copyFile(influxd, join(folder, 'influxd'));
  },
  'ceph:16.2': (folder: string) => writeFile(join(folder, 'ceph.conf'), CEPH_CONF),
};

const CEPH_CONF = cephConfig({
  directory: '/data',
  fsid: 'f0c0ffee-0000-4000-8000-000000000001',
  monPort: 3300,
  port: 9000,
  capacityBytes: 4 * 1024 ** 3,
  isOnDisk: true,
  more: { rgw_frontends: 'beast endpoint=0.0.0.0:9000', rgw_thread_pool_size: '32' },
});

/** Builds their images, in a folder of their own each. */
export async function buildStandIns({ env }: Engine, directory: string, signal: AbortSignal): Promise<void> {
  for (const [image, fill] of Object.entries(CONTENTS)) {
    const name = image.split(':')[0] ?? '';
    const folder = join(directory, 'base', name);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await cp(join(repositoryRoot, 'tests/compose/stand-ins', name), folder, { recursive: true });
    await fill(folder);
    await runCommand('docker', ['build', '--quiet', '--network=host', '--tag', `soc-stand-in/${image}`, folder], {
      env,
      signal,
      timeoutMs: 900_000,
    });
  }
}
