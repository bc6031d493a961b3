import { ensureDebianPrograms } from '../../debian-programs.ts';
import type { Host } from '../../host.ts';

/** What runs containers, and what makes base images where no image registry is reached. */
const PROGRAMS = {
  dockerd: { program: 'dockerd', package: 'docker.io', service: 'docker.service' },
  init: { program: 'docker-init', package: 'tini', service: 'docker.service' },
  compose: { program: 'docker-compose', package: 'docker-compose', service: 'docker.service' },
  debootstrap: { program: 'debootstrap', package: 'debootstrap', service: 'docker.service' },
  iptables: { program: 'iptables', package: 'iptables', service: 'docker.service' },
  ip: { program: 'ip', package: 'iproute2', service: 'docker.service' },
} as const;

/**
 * Finds Debian's Docker engine, docker-compose 1.29 and what base images are made with, or installs them with apt-get. None of
 * their units is left to start by itself. Throws `OperatorError` where they cannot be had.
 */
export async function ensureDockerEngine(host: Host, onOutput: (text: string) => void): Promise<void> {
  await ensureDebianPrograms(PROGRAMS, host, onOutput);
}
