import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Registry } from '@soc/monitoring';
import { createSampler, type SamplerName } from '../sampler.ts';
import type { Tracer } from '../span.ts';
import { RecordedSpan } from './recorded-span.ts';
import { createSpanQueue, type QueueSettings } from './span-queue.ts';

/** Where a collector takes traces, and how. */
export interface ExporterSettings {
  readonly url: string;
  readonly protocol: 'http/protobuf' | 'http/json';
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'gzip' | 'none';
  /** Of a batch, tries included. */
  readonly timeoutMs: number;
  /** PEM of the authority of the collector's certificate; the system's authorities without it. */
  readonly ca?: string | undefined;
}

export interface TracerSettings {
  /** Facts of the process, on each of its spans. */
  readonly resource: Readonly<Record<string, string>>;
  readonly sampler: SamplerName;
  /** From 0 to 1, of the samplers that have one. */
  readonly ratio: number;
  readonly exporter: ExporterSettings;
  readonly queue: QueueSettings;
  /** Longest that `close` waits for the collector. */
  readonly flushWithinMs: number;
  readonly registry: Registry;
  /** Told when the collector begins to fail, and when it takes spans again. */
  readonly onCollector: (takesSpans: boolean, error?: Error) => void;
}

async function openExporter({ url, protocol, headers, compression, timeoutMs, ca }: ExporterSettings) {
  const agent = url.startsWith('https:')
    ? new HttpsAgent({ keepAlive: true, ...(ca !== undefined && { ca }) })
    : new HttpAgent({ keepAlive: true });
  const { OTLPTraceExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  const options = { url, headers, timeoutMillis: timeoutMs, compression, httpAgentOptions: () => agent };
  // The types of `compression` are an enum of the two words.
  const exporter = new OTLPTraceExporter(options as ConstructorParameters<typeof OTLPTraceExporter>[0]);
  return { exporter, close: () => agent.destroy() };
}

/** Opens the way to a collector. Nothing is sent before there are spans, and a collector that is not there is no error. */
export async function createOtlpTracer(settings: TracerSettings): Promise<Tracer> {
  const { exporter, close } = await openExporter(settings.exporter);
  let takesSpans = true;
  const queue = createSpanQueue(exporter, settings.queue, {
    registry: settings.registry,
    onTurn: (isTaken, error) => {
      if (isTaken !== takesSpans) settings.onCollector(isTaken, error);
      takesSpans = isTaken;
    },
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes(settings.resource),
    // What is not to be recorded does not come so far.
    sampler: new AlwaysOnSampler(),
    spanProcessors: [queue],
  });
  const tracer = provider.getTracer('soc-agent');
  const isRecorded = createSampler(settings.sampler, settings.ratio);
  return {
    start: (name, { parent, ...options }) =>
      isRecorded(parent) ? RecordedSpan.begin(tracer, name, parent, options) : undefined,
    close: async () => {
      await queue.close(settings.flushWithinMs);
      close();
    },
  };
}
