import { ServiceName } from '@soc/contracts';
import type { FleetOptions } from '@soc/fleet';
import type { ReceivedSpan, TraceCollector } from '@soc/fleet/testing';

type Environments = NonNullable<FleetOptions['env']>;

/** Has a whole fleet record what clients want to have recorded, and nothing else; over `env`. */
export function tracingOf({ url }: Pick<TraceCollector, 'url'>, env: Environments): Environments {
  const tracing = {
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_TRACES_SAMPLER_ARG: '0',
    OTEL_BSP_SCHEDULE_DELAY: '200',
    GATEWAY_TRACE_CONTEXT: 'continue',
  };
  return Object.fromEntries(ServiceName.options.map((name) => [name, { ...tracing, ...env[name] }]));
}

const nameOf = ({ resource, name }: ReceivedSpan): string => `${String(resource['service.name'])}: ${name}`;

/** One trace, for what a test wants to know of it. */
export function describeTrace(spans: readonly ReceivedSpan[]) {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  /** The span and what it is a part of, from the client on. Throws for one whose parent has not come. */
  const ancestry = (span: ReceivedSpan): readonly string[] => {
    const parent = byId.get(span.parentSpanId);
    if (parent) return [...ancestry(parent), nameOf(span)];
    if (span.name.startsWith('POST ') && span.resource['service.name'] === 'gateway') return ['client', nameOf(span)];
    throw new Error(`the parent of ${nameOf(span)} is not there`);
  };
  return {
    isHandledBy: (service: string, type: string): boolean =>
      spans.some((span) => nameOf(span) === `${service}: handle ${type}`) &&
      spans.every((span) => ancestry(span).length > 0),
    /** Of the first span of a service with a name. */
    lineOf: (service: string, name: string): readonly string[] => {
      const found = spans.find((span) => nameOf(span) === `${service}: ${name}`);
      return found ? ancestry(found) : [];
    },
    /** All that is told of it. */
    text: JSON.stringify(spans, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
  };
}
