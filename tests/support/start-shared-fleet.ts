import { type Fleet, type FleetOptions, startFleet, thisHost } from '@soc/fleet';
import { takeFreePorts } from '../../packages/fleet/src/testing/free-ports.ts';
import { makeTemporaryDirectory } from '../../packages/fleet/src/testing/temporary-directory.ts';

/** Ports of a fleet lie within this span of its base. */
const SPAN = 1_100;

/** A fleet for all files of a project, started by its global setup, where the rest of the harness cannot be loaded. */
export async function startSharedFleet(
  name: string,
  options: Partial<FleetOptions>,
): Promise<{ readonly fleet: Fleet; readonly stop: () => Promise<void> }> {
  const directory = await makeTemporaryDirectory(name);
  const [port] = await takeFreePorts(1);
  const fleet = await startFleet({
    host: thisHost(),
    dataDirectory: directory.path,
    portBase: Math.min(port, 65_535 - SPAN),
    isDurable: false,
    logLevel: 'warn',
    ...options,
  });
  return {
    fleet,
    stop: async () => {
      await fleet.stop();
      await directory[Symbol.asyncDispose]();
    },
  };
}
