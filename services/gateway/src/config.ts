import { PemFile } from '@soc/service-kit';
import { z } from 'zod';
import { UpstreamConfig } from './upstream/upstream-config.ts';

const Url = z.url({ protocol: /^https?$/ });

const List = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
);

const Urls = List.pipe(z.array(Url));

/** An address or a range of them; never all there are, which would let every client name its own address. */
const Proxy = z
  .union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])
  .refine((range) => !/\/0+$/.test(range), 'trusts everybody');

const Count = z.coerce.number().int().min(1);

/** Environment variables of the gateway alone. */
export const GatewayConfig = z.object({
  SERVICE_SECRET: z.string().min(16).describe('The gateway’s own secret, for trading API keys at auth.'),
  GATEWAY_SIGNING_KEY_FILE: List.pipe(z.array(PemFile).min(1)).describe(
    'Comma-separated PEM files of EC keys on P-256, the same for every gateway: the first signs internal tokens, all are published.',
  ),
  GATEWAY_CONFIG_FILE: z
    .string()
    .min(1)
    .optional()
    .describe(
      'JSON file of variables of the gateway (UPSTREAM_, BREAKER_, RATE_LIMIT_, SHED_, CORS_) that wins over the environment and is followed while it runs.',
    ),
  ...UpstreamConfig.shape,
  GATEWAY_WORKERS: Count.max(64).default(1).describe('Processes that share the port, one for each core it may use.'),
  GATEWAY_WORKER_PLACE: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .describe('The place of a worker among the others; the gateway sets it itself.'),
  REVOCATION_POLL_MS: Count.max(5_000).default(1_000).describe('How often auth is asked what it revoked.'),
  REVOCATION_KEEP_S: Count.default(86_400).describe(
    'How long a revocation is remembered; access tokens that live longer are refused.',
  ),
  RATE_LIMIT_PER_S: Count.default(2_000).describe('Requests a second of one principal, or of one address without one.'),
  RATE_LIMIT_BURST: Count.default(4_000).describe('Requests that may come at once before that rate holds.'),
  RATE_LIMIT_INGEST_PER_S: Count.optional().describe('The same of what sensors send; as other requests by default.'),
  RATE_LIMIT_INGEST_BURST: Count.optional().describe('The burst of that; as of other requests by default.'),
  RATE_LIMIT_SEARCH_PER_S: Count.default(200).describe('The same of searches and of what else is dear.'),
  RATE_LIMIT_SEARCH_BURST: Count.default(400).describe('The burst of that.'),
  RATE_LIMIT_TENANT_PER_S: Count.optional().describe(
    'Requests a second of one tenant; ten times a principal’s by default.',
  ),
  RATE_LIMIT_TENANT_BURST: Count.optional().describe('The burst of that; ten times a principal’s by default.'),
  RATE_LIMIT_ADDRESS_PER_S: Count.optional().describe(
    'Requests a second of the principals of one tenant from one address; four times a principal’s by default.',
  ),
  RATE_LIMIT_ADDRESS_BURST: Count.optional().describe('The burst of that; four times a principal’s by default.'),
  RATE_LIMIT_KEYS_PER_MIN: Count.default(600).describe(
    'API keys a minute from one address that auth must be asked about.',
  ),
  RATE_LIMIT_KEYS_BURST: Count.default(300).describe('The burst of that.'),
  RATE_LIMIT_LOGIN_PER_MIN: Count.default(10).describe('Logins a minute from one address.'),
  RATE_LIMIT_LOGIN_BURST: Count.default(20).describe('Logins that may come at once before that rate holds.'),
  SHED_EVENT_LOOP_DELAY_MS: Count.default(500).describe(
    'Mean delay of the event loop from which requests are shed: the dear ones first, alerts at three times as much.',
  ),
  SHED_IN_FLIGHT: Count.default(4_096).describe('Requests under way from which they are shed, in the same order.'),
  SHED_ADDRESS_IN_FLIGHT: Count.default(2_048).describe(
    'Requests of one address, or network of IPv6, that may be under way or on their way in at once.',
  ),
  CORS_ORIGINS: Urls.default([]).describe('Comma-separated origins whose pages may call the API; none by default.'),
  TRUSTED_PROXIES: List.pipe(z.array(Proxy))
    .default([])
    .describe(
      'Comma-separated addresses or CIDR ranges of the proxies before the gateway, whose X-Forwarded-For is believed; none by default.',
    ),
  GATEWAY_TRACE_CONTEXT: z
    .enum(['new', 'continue'])
    .default('new')
    .describe(
      'Whether a trace that a client began goes on (traceparent, tracestate), and is recorded if the client says so; a new one begins otherwise.',
    ),
  BUS_OPERATOR_TENANT: z
    .string()
    .min(1)
    .default('default')
    .describe('The tenant that runs the fleet: only its people may give orders about instances and see the tools.'),
  GRAFANA_URL: Url.optional().describe('Grafana, served under /admin/grafana to whoever may operate the fleet.'),
  PROMETHEUS_URL: Url.optional().describe(
    'Prometheus, served under /admin/prometheus to whoever may operate the fleet.',
  ),
});
export type GatewayConfig = z.infer<typeof GatewayConfig>;
