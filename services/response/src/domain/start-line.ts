export const HTTP_METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type HttpMethod = (typeof HTTP_METHODS)[number];

/** RFC 9110 §9.2.2: sending these twice has the effect of sending them once. */
const IDEMPOTENT: ReadonlySet<HttpMethod> = new Set<HttpMethod>(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

export const isIdempotentMethod = (method: HttpMethod): boolean => IDEMPOTENT.has(method);

export type StartLine =
  | { readonly ok: true; readonly method: HttpMethod; readonly target: string }
  | { readonly ok: false; readonly message: string };

const LINE = /^(?<method>[A-Z]+) (?<target>\S+) HTTP\/?\d(?:\.\d)?$/;

/**
 * Reads the command of an http-api step, e.g. `POST /hosts/isolate HTTP/1.1` (CACAO 2.0 §5.5). As SOARCA writes it,
 * `GET get HTTP1.1` is understood too: a target without a slash gets one. The absolute form is refused: where a request
 * goes is said by the agent or target.
 */
export function parseStartLine(command: string): StartLine {
  const { method: word = '', target = '' } = LINE.exec(command.trim())?.groups ?? {};
  const method = HTTP_METHODS.find((known) => known === word);
  if (target === '') return { ok: false, message: 'must be METHOD /target HTTP/1.1' };
  if (method === undefined) {
    return { ok: false, message: `the method ${word} is not one of ${HTTP_METHODS.join(', ')}` };
  }
  if (target.includes('://') || target.startsWith('//')) {
    return { ok: false, message: 'the target must be a path; the host is said by the agent or target' };
  }
  if (target.includes('#')) return { ok: false, message: 'the target must not have a fragment' };
  return { ok: true, method, target: target.startsWith('/') ? target : `/${target}` };
}
