import type { BodyKind } from '@soc/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { parseJson, storable } from './parse-json.ts';
import { badRequest, invalidRequest, unsupportedMediaType } from './problems.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly bodyKind?: BodyKind;
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });
const lenientUtf8 = new TextDecoder('utf-8');

function decode(body: Buffer): string {
  try {
    return strictUtf8.decode(body);
  } catch {
    throw badRequest('request.malformed', 'the body is not UTF-8');
  }
}

/** No honest body is as deep; JSON.parse reads any depth, but whatever walks it later ends with the stack. */
const MAX_DEPTH = 500;

const isDeeperThan = (depth: number, value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (depth === 0 || Object.values(value).some((inner) => isDeeperThan(depth - 1, inner)));

function parseJsonBody(body: Buffer): unknown {
  const text = decode(body);
  if (text.trim() === '') return undefined;
  try {
    const value = parseJson(text);
    // It takes two brackets a level to be too deep.
    if (text.length <= 2 * MAX_DEPTH || !isDeeperThan(MAX_DEPTH, value)) return value;
  } catch (error) {
    throw invalidRequest([{ path: 'body', message: error instanceof Error ? error.message : 'not JSON' }]);
  }
  throw invalidRequest([{ path: 'body', message: 'nested too deeply' }]);
}

const isJson = (contentType: string | undefined): boolean =>
  /^application\/(?:[\w.+-]+\+)?json\b/i.test(contentType ?? '');

const isForm = (contentType: string | undefined): boolean =>
  /^application\/x-www-form-urlencoded\b/i.test(contentType ?? '');

/** The fields of a form as one object. A field that comes twice is refused: its two readers would not read the same. */
function parseForm(body: Buffer): unknown {
  const fields = [...new URLSearchParams(decode(body))].map(
    ([name, value]) => [storable(name), storable(value)] as const,
  );
  const names = new Set<string>();
  for (const [name] of fields) {
    if (names.has(name)) throw invalidRequest([{ path: `body.${name}`, message: 'is given twice' }]);
    names.add(name);
  }
  return Object.fromEntries(fields);
}

function parseBody(request: FastifyRequest, body: Buffer): unknown {
  const { bodyKind } = request.routeOptions.config;
  if (bodyKind === 'text') return lenientUtf8.decode(body);
  if (bodyKind === 'form' && isForm(request.headers['content-type'])) return parseForm(body);
  if (body.length > 0 && !isJson(request.headers['content-type'])) {
    throw unsupportedMediaType('request.unsupported_media_type', 'send application/json');
  }
  return parseJsonBody(body);
}

/** Replaces Fastify's body parsers: strict JSON, or a form or text as received where the contract says so. */
export function useBodyParsing(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>('*', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      done(null, parseBody(request, body));
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  });
}

/** In a scope of its own: the body is left as a stream for the handler to read. */
export function useStreamedBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
}
