import { type EndpointSpec, Problem } from '@soc/contracts';
import { expect } from 'vitest';
import type { TestRequest } from './call.ts';
import type { TestService } from './test-service.ts';

/** A request that is in order, for endpoints whose parameters or bodies cannot be guessed; and one that is not. */
export interface RefusalSample {
  readonly request?: TestRequest;
  /** Refused with 400, with this path among its errors. */
  readonly invalid?: TestRequest & { readonly path: string };
}

interface Outcome {
  readonly endpoint: string;
  readonly why: string;
  readonly status: number;
  readonly isProblem: boolean;
  /** Paths of the refused fields; only of interest where one is expected. */
  readonly names: string | undefined;
}

const SOME_ID = '00000000-0000-7000-8000-00000000abcd';
const NO_GOOD = ['not an id!', '', 'x'.repeat(500)];

const parameterNames = ({ url }: EndpointSpec): readonly string[] =>
  [...url.matchAll(/:(\w+)|\*/g)].map(([, name]) => name ?? '*');

const fill = (spec: EndpointSpec, value: string): Readonly<Record<string, string>> =>
  Object.fromEntries(parameterNames(spec).map((name) => [name, value]));

/** Requests that must be refused with 400, by the part of the request that is wrong. */
function invalidRequests(spec: EndpointSpec, sample: RefusalSample): readonly (TestRequest & { path: string })[] {
  const params = { ...fill(spec, SOME_ID), ...sample.request?.params };
  const valid = { ...sample.request, params };
  const requests: (TestRequest & { path: string })[] = [];
  if (sample.invalid) requests.push({ params, ...sample.invalid });
  if (spec.query) requests.push({ ...valid, query: { surprise: 'unknown' }, path: 'query.surprise' });
  const wrong = NO_GOOD.map((value) => fill(spec, value)).find(
    (values) => spec.params?.safeParse(values).success === false,
  );
  const { bodyKind = 'json' } = spec;
  if (spec.body && (bodyKind === 'json' || bodyKind === 'form')) {
    requests.push({ params, body: '{"cut off": ', path: 'body' });
  }
  const [firstName] = parameterNames(spec);
  if (wrong && firstName !== undefined && wrong[firstName] !== '') {
    requests.push({ ...sample.request, params: wrong, path: `params.${firstName}` });
  }
  return requests;
}

async function attempt(
  service: TestService,
  spec: EndpointSpec,
  why: string,
  request: TestRequest & { readonly path?: string },
): Promise<Outcome> {
  const { status, problem } = await service.call(spec, request);
  const { path } = request;
  const names = problem?.errors?.map((error) => error.path) ?? [];
  const isNamed = path !== undefined && names.some((name) => name === path || name.startsWith(`${path}.`));
  return {
    endpoint: `${spec.method} ${spec.url}`,
    why,
    status,
    isProblem: Problem.safeParse(problem).success,
    names: path === undefined || isNamed ? path : names.join(),
  };
}

const expected = ({ method, url }: EndpointSpec, why: string, status: number, path?: string): Outcome => ({
  endpoint: `${method} ${url}`,
  why,
  status,
  isProblem: true,
  names: path,
});

/**
 * Proves the refusals that every endpoint of a service owes by its contract: 401 without a token, 403 without the
 * permission, 400 for a query, a body or parameters that do not fit, naming the field. `samples`, by endpoint id, helps
 * where a fitting parameter or a bad body cannot be guessed. Throws for a contract whose 400 it cannot provoke.
 */
export async function coverRefusals(
  service: TestService,
  endpoints: readonly EndpointSpec[],
  samples: Readonly<Record<string, RefusalSample>> = {},
): Promise<void> {
  const [found, wanted]: [Outcome[], Outcome[]] = [[], []];
  const check = async (spec: EndpointSpec, why: string, status: number, request: TestRequest & { path?: string }) => {
    found.push(await attempt(service, spec, why, request));
    wanted.push(expected(spec, why, status, request.path));
  };
  for (const spec of endpoints) {
    const sample = samples[spec.id] ?? {};
    const request = { ...sample.request, params: { ...fill(spec, SOME_ID), ...sample.request?.params } };
    if (spec.permission !== 'public') {
      await check(spec, 'no token', 401, { ...request, token: null });
      await check(spec, 'a token that is none', 401, { ...request, token: 'a.b.c' });
      if (spec.permission !== 'authenticated') {
        await check(spec, 'no permission', 403, { ...request, token: service.tokens.nobody });
      }
    }
    const invalid = invalidRequests(spec, sample);
    if ((spec.params ?? spec.query ?? spec.body) && invalid.length === 0) {
      throw new Error(`give coverRefusals a sample of an invalid request of ${spec.id}`);
    }
    for (const one of invalid) await check(spec, `invalid ${one.path}`, 400, one);
  }
  expect(found).toEqual(wanted);
}
