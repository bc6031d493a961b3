import { isIP } from 'node:net';
import { ServiceName } from '@soc/contracts';
import { z } from 'zod';
import type { Balancing } from '../domain/choose-instance.ts';
import { TargetText } from './target.ts';
import type { UpstreamSettings } from './upstreams.ts';

const List = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
);

const Targets = List.pipe(z.array(TargetText));
const targetsOf = (service: string) =>
  Targets.default([]).describe(
    `Comma-separated instances of ${service}: URLs, or dns://name:port for every A record of a name.`,
  );

const Milliseconds = z.coerce.number().int().min(1);
const Count = z.coerce.number().int().min(1);
const Percent = Count.max(100);

const BalancingName = z.enum(['round_robin', 'least_outstanding', 'peak_ewma'] satisfies readonly Balancing[]);

const BalancingByService = List.transform((parts, context) => {
  const chosen: Partial<Record<ServiceName, Balancing>> = {};
  for (const part of parts) {
    const [name, balancing] = part.split('=');
    const [service, way] = [ServiceName.safeParse(name), BalancingName.safeParse(balancing)];
    if (service.success && way.success) chosen[service.data] = way.data;
    else context.addIssue({ code: 'custom', message: 'needs service=balancing, comma-separated' });
  }
  return chosen;
});

/** `10.0.0.2` or `10.0.0.2:5353`. */
const NameServer = z
  .string()
  .refine((text) => isIP(text.replace(/:\d{1,5}$/, '')) === 4, 'needs address or address:port');

/** Environment variables that say where instances are and how they are treated. */
export const UpstreamConfig = z.object({
  UPSTREAM_AUTH: targetsOf('auth'),
  UPSTREAM_ALERT: targetsOf('alert'),
  UPSTREAM_AI: targetsOf('ai'),
  UPSTREAM_INTEL: targetsOf('intel'),
  UPSTREAM_RESPONSE: targetsOf('response'),
  UPSTREAM_ANALYTICS: targetsOf('analytics'),
  UPSTREAM_NOTIFICATION: targetsOf('notification'),
  UPSTREAM_STORAGE: targetsOf('storage'),
  UPSTREAM_BALANCING: BalancingName.default('round_robin').describe('How the next instance is chosen.'),
  UPSTREAM_BALANCING_BY_SERVICE: BalancingByService.default({}).describe(
    'Exceptions from that, e.g. ai=least_outstanding,storage=peak_ewma.',
  ),
  UPSTREAM_CONNECT_TIMEOUT_MS: Milliseconds.default(2_000).describe('Longest a connection to an instance may take.'),
  UPSTREAM_HEADERS_TIMEOUT_MS: Milliseconds.default(30_000).describe(
    'Longest an instance may take to begin its answer; what an endpoint has when its client sets no deadline.',
  ),
  UPSTREAM_BODY_TIMEOUT_MS: Milliseconds.default(30_000).describe(
    'Longest pause within an answer; event streams have none.',
  ),
  UPSTREAM_PROBE_EVERY_MS: Milliseconds.default(2_000).describe('How often every instance is asked whether it lives.'),
  UPSTREAM_RESOLVE_EVERY_MS: Milliseconds.default(2_000).describe('How often names are looked up, whatever their TTL.'),
  UPSTREAM_DNS_SERVERS: List.pipe(z.array(NameServer))
    .default([])
    .describe('Comma-separated name servers (address or address:port); those of the system by default.'),
  UPSTREAM_EJECT_CONSECUTIVE: Count.default(5).describe('So many faults in a row eject an instance for a while.'),
  UPSTREAM_EJECT_ERROR_PERCENT: Percent.default(30).describe('So does a share of faults above this…'),
  UPSTREAM_EJECT_VOLUME: Count.default(20).describe('…of at least so many requests within five to ten seconds.'),
  UPSTREAM_EJECT_MS: Milliseconds.default(5_000).describe(
    'For how long; twice as long each time in a row, up to 60 s.',
  ),
  UPSTREAM_EJECT_MAX_PERCENT: Percent.default(50).describe(
    'Largest share of the instances of a service that is ejected at a time; never all of them.',
  ),
  UPSTREAM_SLOW_RETURN_MS: z.coerce
    .number()
    .int()
    .min(0)
    .default(10_000)
    .describe('Who comes back gets a tenth of its requests at first and all of them after this time.'),
  UPSTREAM_RETRY_BUDGET_PERCENT: z.coerce
    .number()
    .int()
    .min(0)
    .max(100)
    .default(20)
    .describe('Share of requests that may be sent again when a connection breaks.'),
  BREAKER_ERROR_PERCENT: Percent.default(50).describe('Share of failed requests above which a breaker opens.'),
  BREAKER_VOLUME: Count.default(10).describe(
    'Requests within ten seconds below which no breaker of an instance opens.',
  ),
  BREAKER_SERVICE_VOLUME: Count.default(50).describe(
    'Requests within ten seconds below which no breaker of a service opens.',
  ),
  BREAKER_RESET_MS: Milliseconds.default(2_000).describe('An open breaker lets one request try again after this time.'),
});
export type UpstreamConfig = z.infer<typeof UpstreamConfig>;

/** Read once, when the gateway starts. */
const FIXED: ReadonlySet<string> = new Set([
  'UPSTREAM_CONNECT_TIMEOUT_MS',
  'UPSTREAM_HEADERS_TIMEOUT_MS',
  'UPSTREAM_BODY_TIMEOUT_MS',
  'UPSTREAM_PROBE_EVERY_MS',
  'UPSTREAM_RESOLVE_EVERY_MS',
  'UPSTREAM_DNS_SERVERS',
]);

/** The variables that can change while the gateway serves. */
export const LIVE_UPSTREAM_VARIABLES: readonly string[] = Object.keys(UpstreamConfig.shape).filter(
  (name) => !FIXED.has(name),
);

/** The settings that an environment stands for; also those of a reload, for `upstreams.update`. */
export function upstreamSettings(config: UpstreamConfig): UpstreamSettings {
  const breaker = { errorPercent: config.BREAKER_ERROR_PERCENT, resetMs: config.BREAKER_RESET_MS };
  return {
    targets: {
      auth: config.UPSTREAM_AUTH,
      alert: config.UPSTREAM_ALERT,
      ai: config.UPSTREAM_AI,
      intel: config.UPSTREAM_INTEL,
      response: config.UPSTREAM_RESPONSE,
      analytics: config.UPSTREAM_ANALYTICS,
      notification: config.UPSTREAM_NOTIFICATION,
      storage: config.UPSTREAM_STORAGE,
    },
    dnsServers: config.UPSTREAM_DNS_SERVERS,
    balancing: config.UPSTREAM_BALANCING,
    balancingOf: config.UPSTREAM_BALANCING_BY_SERVICE,
    retryPercent: config.UPSTREAM_RETRY_BUDGET_PERCENT,
    serviceBreaker: { ...breaker, volume: config.BREAKER_SERVICE_VOLUME },
    instance: {
      connectTimeoutMs: config.UPSTREAM_CONNECT_TIMEOUT_MS,
      breaker: { ...breaker, volume: config.BREAKER_VOLUME },
      ejection: {
        consecutiveFaults: config.UPSTREAM_EJECT_CONSECUTIVE,
        errorPercent: config.UPSTREAM_EJECT_ERROR_PERCENT,
        volume: config.UPSTREAM_EJECT_VOLUME,
        ejectMs: config.UPSTREAM_EJECT_MS,
        maxPercent: config.UPSTREAM_EJECT_MAX_PERCENT,
        slowReturnMs: config.UPSTREAM_SLOW_RETURN_MS,
      },
    },
  };
}
