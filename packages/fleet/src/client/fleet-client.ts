import { type CallOf, type EndpointSpec, Problem, type ResponseOf, successStatus } from '@soc/contracts';
import { Login } from '@soc/contracts/auth/sessions';

/** An answer that was not the success of the contract. */
export class FleetRefusal extends Error {
  override readonly name = 'FleetRefusal';
  readonly status: number;
  /** Undefined when the answer was no problem+json. */
  readonly problem: Problem | undefined;

  constructor(spec: EndpointSpec, status: number, problem: Problem | undefined) {
    super(`${spec.method} ${spec.url} answered ${status} ${problem?.code ?? ''}: ${problem?.detail ?? ''}`);
    this.status = status;
    this.problem = problem;
  }
}

/** What a call may carry: the contract's own input; `body` may also be text that is sent as it is. */
export interface FleetCall<E extends EndpointSpec> extends Omit<CallOf<E>, 'body'> {
  readonly body?: CallOf<E>['body'] | string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FleetClient {
  /**
   * Calls an endpoint through the gateway. Reads see what this client wrote. Throws `FleetRefusal` for anything but the
   * contract's success, and what `fetch` throws when the gateway cannot be reached.
   */
  readonly call: <E extends EndpointSpec>(endpoint: E, request?: FleetCall<E>) => Promise<ResponseOf<E>>;
  readonly accessToken: string;
}

const TIMEOUT_MS = 30_000;

function pathOf(
  { url }: EndpointSpec,
  params: Readonly<Record<string, unknown>>,
  query: Readonly<Record<string, string | number | boolean | undefined>>,
): string {
  const path = url.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  );
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}

async function readAnswer<E extends EndpointSpec>(spec: E, answer: Response): Promise<ResponseOf<E>> {
  const text = await answer.text();
  const isJson = /[/+]json\b/.test(answer.headers.get('content-type') ?? '');
  const body: unknown = isJson && text !== '' ? JSON.parse(text) : text;
  if (answer.status !== successStatus(spec)) {
    throw new FleetRefusal(spec, answer.status, Problem.safeParse(body).data);
  }
  // The services check their answers against the contract in their own tests.
  return body as ResponseOf<E>;
}

/** Speaks to a fleet through its gateway with an access token. */
export function createFleetClient(gatewayUrl: string, accessToken: string): FleetClient {
  let consistencyToken: string | null = null;
  return {
    accessToken,
    call: async (spec, { params, query, body, headers } = {}) => {
      const answer = await fetch(gatewayUrl + pathOf(spec, params ?? {}, query ?? {}), {
        method: spec.method,
        headers: {
          ...(accessToken !== '' && { authorization: `Bearer ${accessToken}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(consistencyToken !== null && { 'x-consistency-token': consistencyToken }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      consistencyToken = answer.headers.get('x-consistency-token') ?? consistencyToken;
      return readAnswer(spec, answer);
    },
  };
}

/** Begins a session with e-mail and password. Throws `FleetRefusal` when they are not right. */
export async function logIn(
  gatewayUrl: string,
  credentials: { readonly email: string; readonly password: string },
): Promise<FleetClient> {
  const { email, password } = credentials;
  const { accessToken } = await createFleetClient(gatewayUrl, '').call(Login, { body: { email, password } });
  return createFleetClient(gatewayUrl, accessToken);
}
