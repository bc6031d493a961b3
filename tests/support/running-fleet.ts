import { type FleetClient, logIn } from '@soc/fleet';
import { z } from 'zod';

/** A fleet that may have been started by others, known by its gateway alone. */
export interface JoinedFleet {
  /** The administrator, through the gateway. */
  readonly client: FleetClient;
  readonly close: () => Promise<void>;
}

const RunningFleet = z.object({
  gatewayUrl: z.url(),
  admin: z.object({ email: z.string(), password: z.string() }),
  /** Where the fleet finds what the tests listen on. */
  address: z.ipv4(),
});

/** `npm run test:compose` sets it, to have a test walk the fleet of the compose file. */
const text = process.env['SOC_TEST_FLEET'];
const running = text === undefined ? undefined : RunningFleet.parse(JSON.parse(text));

/** The address that tests listen on for the fleet; undefined for loopback. */
export const runningFleetAddress = running?.address;

/** The fleet that runs already; undefined where the test is to start one of its own. */
export async function joinRunningFleet(): Promise<JoinedFleet | undefined> {
  if (!running) return undefined;
  return { client: await logIn(running.gatewayUrl, running.admin), close: () => Promise.resolve() };
}
