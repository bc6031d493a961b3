import { ensureDebianPrograms } from '../../debian-programs.ts';
import type { Host } from '../../host.ts';

/** What runs containers, and what makes base images where no image registry is reached. */
const PROGRAMS = {
  dockerd: { program: 'dockerd', package: 'docker.io', service: 'docker.service' },
  init: { program: 'docker-init', package: 'tini' },
  compose: { program: 'docker-compose', package: 'docker-compose' },
  debootstrap: { program: 'debootstrap', package: 'debootstrap' },
  iptables: { program: 'iptables', package: 'iptables' },
  ip: { program: 'ip', package: 'iproute2' },
} as const;

/**
 * Finds Debian's Docker engine, docker-compose 1.29 and what base images are made with, or installs them with apt-get. The unit of
 * an engine that comes so is not left to start by itself; that of one which was there stays as it is. Throws `OperatorError` where
 * they cannot be had.
 */
export async function ensureDockerEngine(host: Host, onOutput: (text: string) => void): Promise<void> {
  await ensureDebianPrograms(PROGRAMS, host, onOutput);
}
