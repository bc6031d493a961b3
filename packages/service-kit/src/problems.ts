import type { Problem, ProblemError } from '@soc/contracts';

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  416: 'Range Not Satisfiable',
  422: 'Unprocessable Content',
  423: 'Locked',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** A refusal on its way to the client as problem+json (RFC 9457). Thrown by the shell only, never by domain code. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly code: string;
  readonly errors: readonly ProblemError[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    detail?: string,
    extra: { readonly errors?: readonly ProblemError[]; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail ?? code);
    this.status = status;
    this.code = code;
    this.errors = extra.errors ?? [];
    this.headers = extra.headers ?? {};
  }
}

const refusal =
  (status: number) =>
  (code: string, detail?: string): HttpProblem =>
    new HttpProblem(status, code, detail);

export const badRequest = refusal(400);
export const forbidden = refusal(403);
export const notFound = refusal(404);
export const conflict = refusal(409);
export const gone = refusal(410);
export const tooLarge = refusal(413);
export const unsupportedMediaType = refusal(415);
export const unprocessable = refusal(422);
export const locked = refusal(423);
export const unavailable = refusal(503);

/** 401 with the challenge RFC 9110 asks for. */
export const unauthenticated = (code: string, detail?: string): HttpProblem =>
  new HttpProblem(401, code, detail, { headers: { 'www-authenticate': 'Bearer realm="soc"' } });

/** 429; `retryAfterS` in whole seconds. */
export const tooManyRequests = (code: string, detail: string, retryAfterS: number): HttpProblem =>
  new HttpProblem(429, code, detail, { headers: { 'retry-after': String(Math.max(1, Math.ceil(retryAfterS))) } });

/** 400 `request.invalid` naming each field, e.g. `body.observables.0.type`. */
export const invalidRequest = (errors: readonly ProblemError[]): HttpProblem =>
  new HttpProblem(
    400,
    'request.invalid',
    errors
      .map(({ path, message }) => `${path}: ${message}`)
      .join('; ')
      .slice(0, 2_000),
    { errors },
  );

/** The body of an error answer. `instance` is the request id, for finding the log lines. */
export function problemBody({ status, code, message, errors }: HttpProblem, requestId: string): Problem {
  return {
    type: `urn:soc:problem:${code}`,
    title: TITLES[status] ?? 'Error',
    status,
    ...(message !== code && { detail: message }),
    code,
    instance: requestId,
    ...(errors.length > 0 && { errors: [...errors] }),
  };
}
