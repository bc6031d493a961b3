import { readFile } from 'node:fs/promises';
import { Counter, type HealthCheck, type Registry } from '@soc/monitoring';
import { ConfigError, type EdgePlatform, parseConfig, type Worker } from '@soc/service-kit';
import { z } from 'zod';
import { GatewayConfig } from './config.ts';
import type { RateRules } from './domain/rate-rules.ts';
import type { LoadLimits } from './domain/shedding.ts';
import { rateRulesOf } from './rate-rules-of.ts';
import { LIVE_UPSTREAM_VARIABLES } from './upstream/upstream-config.ts';

/** What of the configuration can change while the gateway serves. */
export interface LiveConfig extends Worker {
  readonly config: () => GatewayConfig;
  readonly rates: () => RateRules;
  readonly loadLimits: () => LoadLimits;
  /** Reads the file again, whether or not it changed. Never throws: a bad file leaves everything as it is. */
  readonly reload: () => Promise<void>;
  readonly check: HealthCheck;
}

const LOOK_EVERY_MS = 2_000;
const MAX_FILE_CHARS = 1_000_000;

const RATES = Object.keys(GatewayConfig.shape).filter((name) => /^(RATE_LIMIT|SHED|CORS)_/.test(name));
const RELOADABLE = new Set([...RATES, ...LIVE_UPSTREAM_VARIABLES]);

/** A JSON object of variables as the environment has them; lists may be arrays. */
const File = z.record(
  z.string(),
  z.union([z.string(), z.number().transform(String), z.array(z.string()).transform((parts) => parts.join())]),
);

const loadLimitsOf = (config: GatewayConfig): LoadLimits => ({
  eventLoopDelayMs: config.SHED_EVENT_LOOP_DELAY_MS,
  inFlight: config.SHED_IN_FLIGHT,
  addressInFlight: config.SHED_ADDRESS_IN_FLIGHT,
});

/** The whole configuration with what the file says over it. Throws `ConfigError` naming whatever does not fit. */
function overlay(config: GatewayConfig, text: string): GatewayConfig {
  const file = readJson(text);
  const names = Object.keys(file);
  const foreign = names.filter((name) => !RELOADABLE.has(name));
  if (foreign.length > 0) throw new ConfigError(`not to be changed while running: ${foreign.join(', ')}`);
  const shape = Object.fromEntries(Object.entries(GatewayConfig.shape).filter(([name]) => names.includes(name)));
  return { ...config, ...parseConfig(z.object(shape), file) };
}

function readJson(text: string): z.output<typeof File> {
  if (text.length > MAX_FILE_CHARS) throw new ConfigError('the file is too large');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ConfigError('the file is not JSON');
  }
  const parsed = File.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
}

/**
 * Follows `GATEWAY_CONFIG_FILE`: looked at every 2 s and on SIGHUP, validated whole, applied whole, without a request being
 * dropped. A file that does not fit, or is gone, changes nothing; the log and `/health` say why.
 */
export function createLiveConfig(options: {
  readonly config: GatewayConfig;
  readonly apply: (config: GatewayConfig) => Promise<void>;
  readonly registry: Registry;
  readonly log: EdgePlatform<unknown>['log'];
}): LiveConfig {
  const { config: first, apply, registry, log } = options;
  const path = first.GATEWAY_CONFIG_FILE;
  let config = first;
  let rates = rateRulesOf(first);
  let loadLimits = loadLimitsOf(first);
  let seen: string | undefined;
  let failure: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> = Promise.resolve();
  const reloads = new Counter({
    name: 'soc_gateway_config_reloads_total',
    help: 'Times that the configuration file was read anew, by what came of it.',
    labelNames: ['outcome'],
    registers: [registry],
  });

  const load = async (text: string): Promise<void> => {
    const next = overlay(first, text);
    await apply(next);
    [config, rates, loadLimits, failure] = [next, rateRulesOf(next), loadLimitsOf(next), undefined];
  };
  const look = async (isForced: boolean): Promise<void> => {
    if (path === undefined) return;
    try {
      const text = await readFile(path, 'utf8').catch((error: unknown) => {
        seen = undefined;
        throw error;
      });
      if (text === seen && !isForced) return;
      seen = text;
      await load(text);
      reloads.inc({ outcome: 'applied' });
      log.info({ file: path }, 'configuration applied');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (reason === failure && !isForced) return;
      failure = reason;
      reloads.inc({ outcome: 'refused' });
      log.error({ file: path, reason }, 'configuration refused, the one before stays');
    }
  };
  /** One at a time: the last one asked for is the last one applied. */
  const queue = (isForced: boolean): Promise<void> => (working = working.then(() => look(isForced)));

  return {
    config: () => config,
    rates: () => rates,
    loadLimits: () => loadLimits,
    reload: () => queue(true),
    check: {
      critical: false,
      run: () =>
        failure === undefined
          ? Promise.resolve(path === undefined ? undefined : { file: path })
          : Promise.reject(new Error(failure)),
    },
    start: async () => {
      await queue(false);
      if (path !== undefined) timer = setInterval(() => void queue(false), LOOK_EVERY_MS).unref();
    },
    stop: async () => {
      clearInterval(timer);
      await working;
    },
  };
}
