import type { EndpointSpec } from '@soc/contracts';
import { type EdgePlatform, type HttpProblem, unavailable } from '@soc/service-kit';
import type { z } from 'zod';
import type { Instance } from './upstream/instance.ts';
import type { Upstreams } from './upstream/upstreams.ts';

export interface AuthAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface AuthQuestion {
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string>>;
  /** The gateway's own token. */
  readonly token?: string;
}

/** Asks auth on the gateway's own behalf. */
export interface AuthClient {
  /** Throws 503 when no instance answers. */
  readonly call: (spec: EndpointSpec, question: AuthQuestion) => Promise<AuthAnswer>;
  /** A body as its contract says. Throws 503 when it is not: what answers there is not auth. */
  readonly read: <Schema extends z.ZodType>(schema: Schema, body: unknown) => z.output<Schema>;
  /** The problem to throw when auth is of no use; the reason goes to the log. */
  readonly unavailable: (reason: string, error?: unknown) => HttpProblem;
}

const TIMEOUT_MS = 3_000;

export function createAuthClient(upstreams: Pick<Upstreams, 'choose'>, log: EdgePlatform<unknown>['log']): AuthClient {
  const refuse: AuthClient['unavailable'] = (reason, error) => {
    log.warn({ err: error, reason }, 'auth cannot be asked');
    return unavailable('auth.unavailable', 'credentials cannot be checked right now');
  };

  const ask = async (instance: Instance, spec: EndpointSpec, question: AuthQuestion): Promise<AuthAnswer> => {
    const { body, query, token } = question;
    const answer = await instance.pool.request({
      method: spec.method,
      path: query ? `${spec.url}?${new URLSearchParams(query).toString()}` : spec.url,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: answer.statusCode, body: await answer.body.json() };
  };

  return {
    unavailable: refuse,
    read: (schema, body) => {
      const parsed = schema.safeParse(body);
      if (!parsed.success) throw refuse('auth answers against its contract', parsed.error);
      return parsed.data;
    },
    call: async (spec, question) => {
      const first = upstreams.choose('auth');
      if (!first) throw refuse('no instance of auth to ask');
      try {
        return await ask(first, spec, question);
      } catch (error) {
        const second = upstreams.choose('auth', first);
        if (!second) throw refuse('auth does not answer', error);
        // What auth is asked here may be asked twice.
        return ask(second, spec, question).catch((again: unknown) => {
          throw refuse('auth does not answer', again);
        });
      }
    },
  };
}
