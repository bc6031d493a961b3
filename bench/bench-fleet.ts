import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Fleet, type FleetOptions, startFleet, thisHost } from '@soc/fleet';

/** A fleet of its own for one benchmark, on ports nobody else uses, in a folder that goes with it. */
export async function withFleet<T>(options: Partial<FleetOptions>, work: (fleet: Fleet) => Promise<T>): Promise<T> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'soc-bench-'));
  await chmod(dataDirectory, 0o711); // as a data directory is: PostgreSQL's own user passes through it
  const fleet = await startFleet({ host: thisHost(), dataDirectory, portBase: 28_000, logLevel: 'warn', ...options });
  try {
    return await work(fleet);
  } finally {
    await fleet.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  }
}
