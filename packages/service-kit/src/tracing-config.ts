import { SAMPLERS } from '@soc/tracing';
import type { ExporterSettings } from '@soc/tracing/otlp';
import { z } from 'zod';
import { PemFile } from './redis-config.ts';

const Count = z.coerce.number().int().min(1);
const HttpUrl = z.url({ protocol: /^https?$/ });

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text.trim());
  } catch {
    return text.trim();
  }
};

/** `name=value,name=value`, percent-encoded, as OpenTelemetry writes headers and resource attributes. */
const Pairs = z.string().transform((text, context) => {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  if (pairs.every((pair) => pair.indexOf('=') > 0)) {
    return Object.fromEntries(
      pairs.map((pair) => [decoded(pair.slice(0, pair.indexOf('='))), decoded(pair.slice(pair.indexOf('=') + 1))]),
    );
  }
  context.addIssue({ code: 'custom', message: 'needs name=value, separated by commas' });
  return z.NEVER;
});

/** Environment variables of traces, by the names that OpenTelemetry gives them. */
export const TracingConfig = z.object({
  OTEL_TRACES_EXPORTER: z
    .enum(['none', 'otlp'])
    .default('none')
    .describe('Where traces go: otlp is a collector. With none, the default here, nothing is recorded.'),
  OTEL_SDK_DISABLED: z.stringbool().default(false).describe('Records no traces, whatever else is said.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: HttpUrl.default('http://localhost:4318').describe(
    'The collector, which takes OTLP over HTTP; traces go to /v1/traces below it.',
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: HttpUrl.optional().describe(
    'The whole URL that takes traces, in place of OTEL_EXPORTER_OTLP_ENDPOINT.',
  ),
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .enum(['http/protobuf', 'http/json'])
    .default('http/protobuf')
    .describe('How traces are written.'),
  OTEL_EXPORTER_OTLP_HEADERS: Pairs.default({}).describe(
    'Headers for the collector, name=value separated by commas; a secret when they have a token in them.',
  ),
  OTEL_EXPORTER_OTLP_COMPRESSION: z.enum(['none', 'gzip']).default('none').describe('How traces are packed.'),
  OTEL_EXPORTER_OTLP_TIMEOUT: Count.default(10_000).describe(
    'Milliseconds that a batch of spans may take to be exported, tries included; then it is dropped.',
  ),
  OTEL_EXPORTER_OTLP_CERTIFICATE: PemFile.optional().describe(
    'PEM file of the authorities that the certificate of the collector may come from; those Node trusts by default.',
  ),
  OTEL_TRACES_SAMPLER: z
    .enum(SAMPLERS)
    .default('parentbased_traceidratio')
    .describe('Which traces are recorded; parentbased_ heeds what the caller has decided.'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('Share of new traces that is recorded by a sampler that ends in traceidratio: 0.01 is one in a hundred.'),
  OTEL_RESOURCE_ATTRIBUTES: Pairs.default({}).describe(
    'Facts for every span, name=value separated by commas: deployment.environment.name=production.',
  ),
  OTEL_BSP_MAX_QUEUE_SIZE: Count.default(2_048).describe('Spans that may wait to be exported; more are dropped.'),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: Count.default(512).describe('Most spans of one export.'),
  OTEL_BSP_SCHEDULE_DELAY: Count.default(5_000).describe('Longest that a span waits for others, in milliseconds.'),
});
export type TracingConfig = z.infer<typeof TracingConfig>;

/** Of the collector. */
export const exporterSettingsOf = (config: TracingConfig): ExporterSettings => ({
  url:
    config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? `${config.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/$/, '')}/v1/traces`,
  protocol: config.OTEL_EXPORTER_OTLP_PROTOCOL,
  headers: config.OTEL_EXPORTER_OTLP_HEADERS,
  compression: config.OTEL_EXPORTER_OTLP_COMPRESSION,
  timeoutMs: config.OTEL_EXPORTER_OTLP_TIMEOUT,
  ca: config.OTEL_EXPORTER_OTLP_CERTIFICATE,
});
