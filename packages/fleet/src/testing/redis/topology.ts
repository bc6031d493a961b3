import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCertificateAuthority } from '../../tls/certificate-authority.ts';
import { together } from '../../together.ts';
import { makeTemporaryDirectory } from '../temporary-directory.ts';
import type { RedisNode } from './redis-node.ts';

export interface TopologyOptions {
  /** Whether what is accepted is synced to disk before the answer, so that it survives a kill; true when absent. */
  readonly isDurable?: boolean;
  /** Whether it speaks TLS only; false when absent. */
  readonly usesTls?: boolean;
  /** More lines for the configuration of every data node. */
  readonly lines?: readonly string[];
}

/** What the servers of a topology have in common. */
export interface TopologyGround {
  readonly directory: string;
  /** PEM of the authority of their certificates. */
  readonly ca: string | undefined;
  /** Lines of the configuration by which a node listens. */
  readonly listenOn: (port: number) => readonly string[];
  /** Lines of the configuration of a node that holds data. */
  readonly dataLines: readonly string[];
  /** Stops the nodes and removes their data. */
  readonly dispose: (nodes: readonly RedisNode[]) => Promise<void>;
}

/** Password of every Redis of a topology. */
export const TOPOLOGY_PASSWORD = 'test';

/** Makes a folder, and certificates where they are wanted. */
export async function prepareTopology(name: string, options: TopologyOptions): Promise<TopologyGround> {
  const { isDurable = true, usesTls = false, lines = [] } = options;
  const folder = await makeTemporaryDirectory(name);
  const directory = folder.path;
  const tls = usesTls ? await makeCertificates(directory) : undefined;
  return {
    directory,
    ca: tls?.ca,
    listenOn: (port) => (tls ? ['port 0', `tls-port ${port}`, ...tls.lines] : [`port ${port}`]),
    dataLines: [
      `requirepass ${TOPOLOGY_PASSWORD}`,
      `masterauth ${TOPOLOGY_PASSWORD}`,
      `appendonly ${isDurable ? 'yes' : 'no'}`,
      'appendfsync always',
      'save ""',
      'maxmemory-policy noeviction',
      'repl-diskless-sync-delay 0',
      'repl-ping-replica-period 1',
      ...lines,
    ],
    dispose: async (nodes) => {
      await together(nodes.map((node) => node.stop()));
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function makeCertificates(directory: string) {
  const now = new Date();
  const authority = createCertificateAuthority('Redis of the tests', now);
  const { certificate, key } = authority.issue({ commonName: 'redis', hosts: ['127.0.0.1', 'localhost'], now });
  const [caFile, certFile, keyFile] = ['ca.pem', 'redis.pem', 'redis.key'].map((name) => join(directory, name));
  await together([
    writeFile(caFile ?? '', authority.certificate),
    writeFile(certFile ?? '', certificate),
    writeFile(keyFile ?? '', key),
  ]);
  const files = [`tls-ca-cert-file ${caFile}`, `tls-cert-file ${certFile}`, `tls-key-file ${keyFile}`];
  return { ca: authority.certificate, lines: [...files, 'tls-auth-clients no', 'tls-replication yes'] };
}
