import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import { Counter, Gauge, type Registry } from '@soc/monitoring';
import { outsideSpans } from '../current-span.ts';

/** Where spans go; gives up by itself after its time-out. */
export interface SpanSink {
  readonly export: (spans: ReadableSpan[], done: (result: ExportResult) => void) => void;
}

export interface QueueSettings {
  /** Spans that may wait. */
  readonly maxSpans: number;
  readonly batchSpans: number;
  /** Longest a span waits for others to travel with. */
  readonly delayMs: number;
}

/** Spans on their way to the collector. */
export interface SpanQueue extends SpanProcessor {
  /** Sends what waits, for `withinMs` at most. What is left is dropped. */
  readonly close: (withinMs: number) => Promise<void>;
}

type Lost = 'queue_full' | 'not_exported' | 'stopped';

function createMetrics(registry: Registry, waiting: () => number) {
  const exported = new Counter({
    name: 'soc_trace_spans_exported_total',
    help: 'Spans that the collector has taken.',
    registers: [registry],
  });
  const dropped = new Counter({
    name: 'soc_trace_spans_dropped_total',
    help: 'Spans that are lost: the queue was full, the collector did not take them, or the process stopped.',
    labelNames: ['reason'],
    registers: [registry],
  });
  const queued: Gauge = new Gauge({
    name: 'soc_trace_spans_waiting',
    help: 'Spans that wait to be exported.',
    registers: [registry],
    collect: () => queued.set(waiting()),
  });
  for (const reason of ['queue_full', 'not_exported', 'stopped'] satisfies Lost[]) dropped.inc({ reason }, 0);
  return {
    exported: (spans: number) => exported.inc(spans),
    dropped: (reason: Lost, spans: number) => dropped.inc({ reason }, spans),
  };
}

/**
 * Holds spans until there are enough of them or the time is up, and exports one batch at a time. A collector that is slow or gone
 * costs spans, which are counted, and nothing else: whoever ends a span never waits.
 */
export function createSpanQueue(
  sink: SpanSink,
  settings: QueueSettings,
  { registry, onTurn }: { readonly registry: Registry; readonly onTurn: (isTaken: boolean, error?: Error) => void },
): SpanQueue {
  const { maxSpans, batchSpans, delayMs } = settings;
  let waiting: ReadableSpan[] = [];
  let exporting: Promise<void> | undefined;
  let underWay = 0;
  let isClosed = false;
  let isGivenUp = false;
  const metrics = createMetrics(registry, () => waiting.length);

  const exportBatch = (batch: ReadableSpan[]): Promise<void> =>
    new Promise((resolve) => {
      const done = ({ code, error }: ExportResult): void => {
        resolve();
        underWay = 0;
        // It has been counted as lost.
        if (isGivenUp) return;
        const isTaken = code === ExportResultCode.SUCCESS;
        if (isTaken) metrics.exported(batch.length);
        else metrics.dropped('not_exported', batch.length);
        onTurn(isTaken, error);
      };
      try {
        sink.export(batch, done);
      } catch (error) {
        done({ code: ExportResultCode.FAILED, error: error instanceof Error ? error : new Error(String(error)) });
      }
    });

  const exportNext = (): Promise<void> => {
    const batch = waiting.slice(0, batchSpans);
    waiting = waiting.slice(batchSpans);
    underWay = batch.length;
    exporting = outsideSpans(() => exportBatch(batch)).then(() => {
      exporting = undefined;
      if (!isClosed && waiting.length >= batchSpans) void exportNext();
    });
    return exporting;
  };

  const timer = setInterval(() => {
    if (!exporting && waiting.length > 0) void exportNext();
  }, delayMs);
  timer.unref();

  const drain = async (): Promise<void> => {
    await exporting;
    while (waiting.length > 0 && !isGivenUp) await exportNext();
  };

  return {
    onStart: () => undefined,
    onEnd: (span) => {
      if (isClosed) return metrics.dropped('stopped', 1);
      if (waiting.length >= maxSpans) return metrics.dropped('queue_full', 1);
      waiting.push(span);
      if (!exporting && waiting.length >= batchSpans) void exportNext();
    },
    forceFlush: drain,
    shutdown: drain,
    close: async (withinMs) => {
      isClosed = true;
      clearInterval(timer);
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const deadline = setTimeout(resolve, withinMs);
      await Promise.race([drain(), late]);
      clearTimeout(deadline);
      isGivenUp = true;
      metrics.dropped('stopped', waiting.length + underWay);
      waiting = [];
    },
  };
}
