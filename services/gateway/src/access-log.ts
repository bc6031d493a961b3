import { pino } from 'pino';

/** What is told of a request once it is over. */
export interface AccessLine {
  readonly requestId: string;
  readonly traceId: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
  readonly upstream: string;
  readonly principal?: string | undefined;
  readonly tenantId?: string | undefined;
  readonly instances?: readonly string[] | undefined;
  readonly failure?: string | undefined;
  readonly reason?: string | undefined;
  readonly isAborted: boolean;
}

/** Where lines go; each call is one whole line. */
export interface LineSink {
  readonly write: (line: string) => unknown;
}

const STANDARD_OUTPUT = 1;
/** What one write takes: a pipe that several write to keeps so much together (PIPE_BUF). */
const BLOCK_BYTES = 4_096;
const WRITE_EVERY_MS = 250;

/**
 * The standard output, written to in blocks: a process that is killed loses the lines of its last quarter of a second. The lines of a
 * block are counted here, for the destination would count all of them again with each that comes.
 */
export function openStandardOutput(): LineSink & { readonly flush: () => void } {
  // Once in a dozen lines; a thread to do it would cost more than the write.
  const destination = pino.destination({ fd: STANDARD_OUTPUT, sync: true, minLength: 0 });
  let block = '';
  let bytes = 0;
  const flush = (): void => {
    if (bytes > 0) destination.write(block);
    block = '';
    bytes = 0;
  };
  setInterval(flush, WRITE_EVERY_MS).unref();
  return {
    write: (line) => {
      const lineBytes = Buffer.byteLength(line);
      if (bytes + lineBytes > BLOCK_BYTES) flush();
      block += line;
      bytes += lineBytes;
    },
    flush: () => {
      flush();
      destination.flushSync();
    },
  };
}

/** Strings that JSON takes as they are, which almost all are. */
const PLAIN = /^[\w\-./:@ ]*$/;

const quoted = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));

/**
 * One line a request, in the shape of the log's other lines but written by hand and apart from them: a general logger costs
 * more than the proxying of the headers it tells of.
 */
export function createAccessLog(
  sink: LineSink,
  { service, instance, nowMs }: { readonly service: string; readonly instance: string; readonly nowMs: () => number },
): (line: AccessLine) => void {
  const start = `{"level":30,"service":${JSON.stringify(service)},"instance":${JSON.stringify(instance)},"time":`;
  return (line) => {
    let text = `${start}${nowMs()},"reqId":${quoted(line.requestId)},"traceId":"${line.traceId}","method":"${line.method}","path":${quoted(line.path)}`;
    text += `,"status":${line.status},"durationMs":${Math.round(line.durationMs * 10) / 10},"upstream":"${line.upstream}"`;
    if (line.principal !== undefined) text += `,"principal":${quoted(line.principal)}`;
    if (line.tenantId !== undefined) text += `,"tenantId":${quoted(line.tenantId)}`;
    if (line.instances) text += `,"instances":[${line.instances.map(quoted).join(',')}]`;
    if (line.failure !== undefined) text += `,"failure":${quoted(line.failure)}`;
    if (line.reason !== undefined) text += `,"reason":${quoted(line.reason)}`;
    sink.write(`${text}${line.isAborted ? ',"aborted":true' : ''},"msg":"request"}\n`);
  };
}
