import { z } from 'zod';
import { OperatorError } from './operator-error.ts';

const onUnlessSaid = () => z.stringbool().default(true);

/** Which parts of a fleet run: read by `soc init` for the compose file, and by `npm start`. */
export const Switches = z.object({
  MICROSERVICES_ENABLED: onUnlessSaid().describe(
    'The nine services. With false compose runs the data servers alone, for services that run elsewhere; npm start refuses it.',
  ),
  API_GATEWAY_ENABLED: onUnlessSaid().describe(
    'The gateway. With false compose leaves it out, for one that runs elsewhere, whose keys GATEWAY_JWKS_URL then names; npm start refuses it.',
  ),
  POSTGRES_CLUSTERING_ENABLED: onUnlessSaid().describe(
    'A streaming replica of PostgreSQL beside the primary, in compose and with npm start.',
  ),
  MESSAGING_ENABLED: onUnlessSaid().describe(
    'Redis and the events on it. Services speak by events alone, so there is no fleet without: false is refused.',
  ),
  MONITORING_ENABLED: z
    .stringbool()
    .optional()
    .describe(
      'Prometheus, Alertmanager and exporters: true is what --full says to npm start. In compose, with Grafana; there the profile full has them unless this is false.',
    ),
});
export type Switches = z.infer<typeof Switches>;

/** Reads the switches. An empty one counts as absent. Throws `OperatorError` for what is neither on nor off, and for what cannot be. */
export function readSwitches(env: Readonly<Record<string, string | undefined>>): Switches {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = Switches.safeParse(given);
  if (!parsed.success) {
    const names = parsed.error.issues.map(({ path }) => path.join('.'));
    throw new OperatorError(`${names.join(' and ')} can be true or false.`);
  }
  if (!parsed.data.MESSAGING_ENABLED) {
    throw new OperatorError(
      'MESSAGING_ENABLED=false cannot be: services speak by events on Redis alone. REDIS_URL names a Redis of your own for npm start.',
    );
  }
  return parsed.data;
}

/** Throws `OperatorError` for what a fleet of `npm start` cannot be without. */
export function demandWholeFleet({ MICROSERVICES_ENABLED, API_GATEWAY_ENABLED }: Switches): void {
  const off = { MICROSERVICES_ENABLED, API_GATEWAY_ENABLED };
  for (const [name, isOn] of Object.entries(off)) {
    if (!isOn) throw new OperatorError(`${name}=false is for compose; here --only says which services run.`);
  }
}
