import { appendFileSync } from 'node:fs';
import process from 'node:process';
import { type EndpointSpec, Problem, type ResponseOf } from '@soc/contracts';
import type { RunningService } from '@soc/service-kit';

export interface TestRequest {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** Sent as JSON; a string or a Buffer is sent as it is. */
  readonly body?: unknown;
  /** The administrator's when absent; null for none. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestAnswer<E extends EndpointSpec> {
  readonly status: number;
  /** As the contract types a success; parsed where it is JSON, or else the text. */
  readonly body: ResponseOf<E>;
  /** Present when the answer is problem+json. */
  readonly problem: Problem | undefined;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
  /** The body's bytes. */
  readonly raw: Buffer;
}

function urlOf({ url, id }: EndpointSpec, { params = {}, query = {} }: TestRequest): string {
  const path = url.replaceAll(/:(\w+)|\*/g, (placeholder: string, name: string | undefined) => {
    const value = params[name ?? '*'];
    if (value === undefined) throw new Error(`${id} needs the parameter ${placeholder}`);
    return encodeURIComponent(value);
  });
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of [value].flat()) search.append(name, String(each));
  }
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}

function payloadOf({ body }: TestRequest): { payload?: string | Buffer; headers?: Record<string, string> } {
  if (body === undefined) return {};
  const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
  return { payload: isRaw ? body : JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

/** Adds `METHOD url status` to the recording that proves every declared status to be seen by a test. */
function record({ method, url }: EndpointSpec, status: number): void {
  const file = process.env['SOC_CONTRACT_COVERAGE_FILE'];
  if (file) appendFileSync(file, `${method} ${url} ${status}\n`);
}

/** Calls an endpoint of a service in this process, past the network. */
export async function callEndpoint<E extends EndpointSpec>(
  app: RunningService['app'],
  spec: E,
  request: TestRequest & { readonly token: string | null },
): Promise<TestAnswer<E>> {
  const { payload, headers } = payloadOf(request);
  const answer = await app.inject({
    method: spec.method,
    url: urlOf(spec, request),
    headers: {
      ...headers,
      ...(request.token !== null && { authorization: `Bearer ${request.token}` }),
      ...request.headers,
    },
    ...(payload !== undefined && { payload }),
  });
  record(spec, answer.statusCode);
  const contentType = String(answer.headers['content-type'] ?? '');
  const isJson = /[/+]json\b/.test(contentType) && answer.payload !== '';
  const body: unknown = isJson ? answer.json() : answer.payload;
  return {
    status: answer.statusCode,
    // The service itself checks its successes against the contract (CHECK_RESPONSES).
    body: body as ResponseOf<E>,
    problem: contentType.startsWith('application/problem+json') ? Problem.parse(body) : undefined,
    headers: answer.headers,
    raw: answer.rawPayload,
  };
}
