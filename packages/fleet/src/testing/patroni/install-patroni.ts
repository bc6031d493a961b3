import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { installDebianPackages, systemSearchPath } from '../../debian-packages.ts';
import type { Host } from '../../host.ts';
import { OperatorError } from '../../operator-error.ts';
import { findProgram } from '../../redis/find-redis-server.ts';

/** The programs of a PostgreSQL high-availability cluster. */
export interface PatroniPrograms {
  readonly patroni: string;
  readonly etcd: string;
  /** Folder with postgres, initdb, pg_basebackup and pg_rewind. */
  readonly postgresBin: string;
}

/** Where Debian keeps its PostgreSQL versions. */
const POSTGRES_VERSIONS = '/usr/lib/postgresql';

const BY_HAND = 'install patroni, etcd-server, python3-etcd and postgresql by hand.';

/** Finds Patroni, etcd and PostgreSQL's own programs; installs with apt-get what is missing. None of them is started. */
export async function ensurePatroni(host: Host, onOutput: (text: string) => void): Promise<PatroniPrograms> {
  const found = await findPrograms(host);
  const missing = BROUGHT_BY.filter(({ program }) => found[program] === undefined);
  if (missing.length > 0) {
    const packages = missing.flatMap((each) => each.packages);
    const services = missing.map(({ service }) => service);
    await installDebianPackages(packages, { host, services, byHand: BY_HAND, onOutput });
  }
  const { patroni, etcd, postgresBin } = missing.length > 0 ? await findPrograms(host) : found;
  if (patroni === undefined || etcd === undefined || postgresBin === undefined) {
    throw new OperatorError(`apt-get did not bring what Patroni needs; ${BY_HAND}`);
  }
  return { patroni, etcd, postgresBin };
}

/** What brings each program, and the unit that comes with it. */
const BROUGHT_BY = [
  // Patroni speaks to etcd through a library that its package only suggests.
  { program: 'patroni', packages: ['patroni', 'python3-etcd'], service: 'patroni.service' },
  { program: 'etcd', packages: ['etcd-server'], service: 'etcd.service' },
  { program: 'postgresBin', packages: ['postgresql'], service: 'postgresql.service' },
] as const;

async function findPrograms(host: Host): Promise<{ readonly [Program in keyof PatroniPrograms]: string | undefined }> {
  const [patroni, etcd, postgresBin] = await Promise.all([
    findProgram('patroni', systemSearchPath(host)),
    findProgram('etcd', systemSearchPath(host)),
    newestPostgresBin(),
  ]);
  return { patroni, etcd, postgresBin };
}

async function newestPostgresBin(): Promise<string | undefined> {
  const versions = await readdir(POSTGRES_VERSIONS).catch(() => []);
  for (const version of versions.toSorted((a, b) => Number(b) - Number(a))) {
    const bin = join(POSTGRES_VERSIONS, version, 'bin');
    // A client package alone makes the folder, too.
    const hasServer = (await findProgram('postgres', bin)) && (await findProgram('pg_rewind', bin));
    if (hasServer) return bin;
  }
  return undefined;
}
