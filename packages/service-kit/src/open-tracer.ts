import type { Registry } from '@soc/monitoring';
import { traceOutgoingHttp, type Tracer } from '@soc/tracing';
import type { Logger } from 'pino';
import { exporterSettingsOf, type TracingConfig } from './tracing-config.ts';

/** What spans say of the process that they come from. */
export interface TracedProcess {
  readonly service: string;
  readonly version: string;
  readonly instanceId: string;
}

/** Of what a stop may take. */
const FLUSH_WITHIN_MS = 2_000;

/** Undefined where traces are not wanted: then nothing of OpenTelemetry is even loaded. */
export async function openTracer(
  config: TracingConfig,
  process: TracedProcess,
  { registry, log }: { readonly registry: Registry; readonly log: Logger },
): Promise<Tracer | undefined> {
  if (config.OTEL_TRACES_EXPORTER === 'none' || config.OTEL_SDK_DISABLED) return undefined;
  const { createOtlpTracer } = await import('@soc/tracing/otlp');
  const tracer = await createOtlpTracer({
    resource: {
      ...config.OTEL_RESOURCE_ATTRIBUTES,
      'service.name': process.service,
      'service.namespace': 'soc-agent',
      'service.version': process.version,
      'service.instance.id': process.instanceId,
    },
    sampler: config.OTEL_TRACES_SAMPLER,
    ratio: config.OTEL_TRACES_SAMPLER_ARG,
    exporter: exporterSettingsOf(config),
    queue: {
      maxSpans: config.OTEL_BSP_MAX_QUEUE_SIZE,
      batchSpans: Math.min(config.OTEL_BSP_MAX_EXPORT_BATCH_SIZE, config.OTEL_BSP_MAX_QUEUE_SIZE),
      delayMs: config.OTEL_BSP_SCHEDULE_DELAY,
    },
    flushWithinMs: FLUSH_WITHIN_MS,
    registry,
    onCollector: (takesSpans, error) => {
      if (takesSpans) log.info({}, 'the collector takes spans again');
      else log.warn({ err: error }, 'spans are lost: the collector does not take them');
    },
  });
  const stopTelling = traceOutgoingHttp();
  return {
    start: tracer.start,
    close: async () => {
      stopTelling();
      await tracer.close();
    },
  };
}
