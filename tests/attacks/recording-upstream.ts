import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { chunkedBody } from './raw-http.ts';

/** A request as it stood on the wire. */
export interface SeenRequest {
  readonly method: string;
  readonly target: string;
  /** Names as they came, in lower case; repeated ones repeat. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** What a stricter or laxer reader might read otherwise; nothing for a request that can be read in one way only. */
  readonly doubts: readonly string[];
}

export interface RecordingUpstream {
  readonly url: string;
  /** Of every request but the probes, in the order of their ends. */
  readonly seen: SeenRequest[];
  /** Raw bytes to answer with from now on; an answer that echoes the request target when undefined. */
  readonly answerWith: (bytes: string | undefined) => void;
  readonly close: () => Promise<void>;
}

/** What is wrong with a head, by the letter of RFC 9112: anything of it may be read differently by the next one. */
function doubtsOf(head: string, fields: SeenRequest['fields']): readonly string[] {
  const doubts: string[] = [];
  const values = (name: string) => fields.filter(([field]) => field === name).map(([, value]) => value);
  const [lengths, codings] = [values('content-length'), values('transfer-encoding')];
  if (lengths.length > 1) doubts.push('several content-length');
  if (lengths.some((value) => !/^\d+$/.test(value))) doubts.push(`content-length ${lengths.join()}`);
  if (codings.length > 1) doubts.push('several transfer-encoding');
  if (codings.some((value) => value !== 'chunked')) doubts.push(`transfer-encoding ${codings.join()}`);
  if (lengths.length > 0 && codings.length > 0) doubts.push('content-length and transfer-encoding');
  if (values('host').length !== 1) doubts.push(`${values('host').length} host`);
  if (/[^\r]\n|\r[^\n]/.test(`${head}\r\n`)) doubts.push('a bare CR or LF');
  if (/\r\n[ \t]/.test(head)) doubts.push('a folded line');
  if (head.includes('\0')) doubts.push('NUL');
  if (fields.some(([name]) => !/^[\w!#$%&'*+.^`|~-]+$/.test(name))) doubts.push('a field name that is none');
  return doubts;
}

function takeRequest(text: string): { readonly request: SeenRequest; readonly end: number } | undefined {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const head = text.slice(0, headEnd);
  const [first = '', ...rest] = head.split('\r\n');
  const [method = '', target = ''] = first.split(' ');
  const fields = rest.map((line): readonly [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const value = (name: string) => fields.find(([field]) => field === name)?.[1];
  const start = headEnd + 4;
  const length = Number(value('content-length') ?? 0);
  const isChunked = value('transfer-encoding') !== undefined;
  const framed = isChunked
    ? chunkedBody(text, start)
    : { body: text.slice(start, start + length), end: start + length };
  if (!framed || text.length < framed.end) return undefined;
  return { request: { method, target, fields, body: framed.body, doubts: doubtsOf(head, fields) }, end: framed.end };
}

const REPORT = { status: 'ok', service: 'x', version: '1.2.3', uptimeS: 7, checks: {} };

const echo = ({ method, target }: SeenRequest): string => {
  const body = JSON.stringify(target.startsWith('/health') ? REPORT : { method, target });
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
};

/** Stands in for a service: reads requests off the wire by itself, so that no parser tidies what the gateway has sent. */
export async function startRecordingUpstream(): Promise<RecordingUpstream> {
  const seen: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  let scripted: string | undefined;
  const server = createServer((socket) => {
    sockets.add(socket);
    let text = '';
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let taken = takeRequest(text); taken; taken = takeRequest(text)) {
        text = text.slice(taken.end);
        const isProbe = taken.request.target.startsWith('/health');
        if (!isProbe) seen.push(taken.request);
        socket.write(Buffer.from((isProbe ? undefined : scripted) ?? echo(taken.request), 'latin1'));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    // A listening TCP server has an address with a port.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    answerWith: (bytes) => {
      scripted = bytes;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
