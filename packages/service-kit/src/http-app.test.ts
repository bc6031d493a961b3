import { endpoint, type Permission } from '@soc/contracts';
import { InvalidConsistencyTokenError } from '@soc/db-cluster';
import type { Principal, TokenVerifier } from '@soc/identity';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { AuditEntry } from './audit/audit-entry.ts';
import { addRoutes, createHttpApp } from './http-app.ts';
import { conflict } from './problems.ts';
import { route, type RouteContext } from './route.ts';

const Echo = endpoint({
  id: 'echo',
  service: 'alert',
  method: 'POST',
  url: '/echo/:id',
  summary: 'Answers what it was sent.',
  permission: 'alerts:read',
  params: z.strictObject({ id: z.string().max(8) }),
  query: z.strictObject({ verbose: z.enum(['true', 'false']).optional() }),
  body: z.strictObject({ title: z.string().min(1), tags: z.array(z.string()).optional() }),
  bodyLimitBytes: 1_000,
  responses: { 201: z.object({ title: z.string(), tenantId: z.string() }) },
  errors: { 409: ['echo.taken'] },
});
const Changed = endpoint({ ...Echo, id: 'changed', url: '/changed/:id', audit: 'echo.change' });
const Lines = endpoint({
  id: 'lines',
  service: 'alert',
  method: 'POST',
  url: '/lines',
  summary: 'Counts lines of text.',
  permission: 'public',
  body: z.string(),
  bodyKind: 'text',
  responses: { 200: z.object({ lines: z.number() }) },
});
const Keep = endpoint({
  id: 'keep',
  service: 'alert',
  method: 'POST',
  url: '/keep',
  summary: 'Writes down whatever it was sent.',
  permission: 'public',
  body: z.record(z.string(), z.unknown()),
  responses: { 200: z.object({ sizeChars: z.number() }) },
});

const principal = (permissions: readonly Permission[]): Principal => ({
  kind: 'user',
  subject: 'u1',
  name: 'Ann',
  tenantId: 'default',
  roles: [],
  permissions: new Set(permissions),
});
const TOKENS: Readonly<Record<string, Principal>> = {
  'a.reader.x': principal(['alerts:read']),
  'a.nobody.x': principal([]),
};

async function start(
  options: {
    readonly verifier?: Pick<TokenVerifier, 'verify'>;
    readonly recorded?: AuditEntry[];
    readonly consistencyToken?: () => Promise<string>;
  } = {},
) {
  const log = pino({ level: 'silent' });
  const now = () => new Date(0);
  const app = createHttpApp({ log, now });
  const echo = ({ body, principal: { tenantId } }: Pick<RouteContext<typeof Echo>, 'body' | 'principal'>) => {
    if (body.title === 'taken') throw conflict('echo.taken');
    if (body.title.startsWith('22')) throw Object.assign(new Error('out of range'), { code: body.title });
    if (body.title === 'bug') throw new Error('the secret inner reason');
    return Promise.resolve({ title: body.title, tenantId });
  };
  const routes = [
    route(Echo, echo),
    route(Changed, echo),
    route(Keep, ({ body }) => Promise.resolve({ sizeChars: JSON.stringify(body).length })),
    route(Lines, ({ body }) => Promise.resolve({ lines: body.split('\n').length })),
  ];
  const verifier = options.verifier ?? { verify: (token) => Promise.resolve(TOKENS[token]) };
  addRoutes(app, routes, {
    log,
    now,
    verifier,
    audit: {
      record: (_tx, entry) => Promise.resolve(void options.recorded?.push(entry)),
      refuse: (entry) => void options.recorded?.push(entry),
    },
    checkResponses: true,
    db: {
      consistencyToken: options.consistencyToken ?? ((carried = 'lsn') => Promise.resolve(carried)),
      readYourWrites: (token) => {
        if (token === 'forged') throw new InvalidConsistencyTokenError('not a consistency token');
        return { query: () => Promise.resolve([]) };
      },
    },
  });
  await app.ready();
  return (request: {
    payload?: string | Buffer;
    url?: string;
    headers?: Record<string, string>;
    token?: string | null;
  }) =>
    app.inject({
      method: 'POST',
      url: request.url ?? '/echo/1',
      headers: {
        'content-type': 'application/json',
        ...(request.token !== null && { authorization: `Bearer ${request.token ?? 'a.reader.x'}` }),
        ...request.headers,
      },
      payload: request.payload ?? '{"title":"x"}',
    });
}

test('a token that is none is refused before the handler runs', async () => {
  const send = await start();
  const answer = await send({ headers: { 'x-consistency-token': 'forged' } });
  expect([answer.statusCode, answer.json()]).toEqual([
    400,
    expect.objectContaining({ errors: [expect.objectContaining({ path: 'headers.x-consistency-token' })] }),
  ]);
});

test('the token of a write covers the one that came with it', async () => {
  const send = await start();
  const answer = await send({ headers: { 'x-consistency-token': 'carried' } });
  expect(answer.headers['x-consistency-token']).toBe('carried');
});

test('a write answers its contract, its request id, its trace and a consistency token', async () => {
  const send = await start();
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const answer = await send({ headers: { 'x-request-id': 'request-1', traceparent } });
  expect(answer.statusCode).toBe(201);
  expect(answer.json()).toEqual({ title: 'x', tenantId: 'default' });
  expect(answer.headers).toMatchObject({ 'x-request-id': 'request-1', 'x-consistency-token': 'lsn', traceparent });
});

test('a write that is done is not an error for want of its token', async () => {
  const send = await start({ consistencyToken: () => Promise.reject(new Error('connection refused')) });
  const answer = await send({});
  expect([answer.statusCode, answer.headers['x-consistency-token']]).toEqual([201, undefined]);
});

test('ids that do not look like ids are replaced', async () => {
  const send = await start();
  const answer = await send({ headers: { 'x-request-id': 'a b\tc<script>', traceparent: 'nonsense' } });
  expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  expect(answer.headers['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
});

test('a bad request names every bad field of params, query and body at once', async () => {
  const send = await start();
  const answer = await send({ url: '/echo/far-too-long?loud=1', payload: '{"title":"","tags":[1],"extra":true}' });
  expect(answer.statusCode).toBe(400);
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  const { code, errors } = answer.json<{ code: string; errors: { path: string }[] }>();
  expect(code).toBe('request.invalid');
  expect(errors.map(({ path }) => path)).toEqual([
    'params.id',
    'query.loud',
    'body.title',
    'body.tags.0',
    'body.extra',
  ]);
});

test.each([
  ['no token', { token: null }, 401, 'auth.unauthenticated'],
  ['an unknown token', { token: 'a.b.c' }, 401, 'auth.unauthenticated'],
  ['a token without the permission', { token: 'a.nobody.x' }, 403, 'auth.forbidden'],
  ['a refusal of the handler', { payload: '{"title":"taken"}' }, 409, 'echo.taken'],
  ['broken JSON', { payload: '{"title":' }, 400, 'request.invalid'],
  ['an empty body', { payload: '' }, 400, 'request.invalid'],
  ['bytes that are not UTF-8', { payload: Buffer.from([0x22, 0xff, 0x22]) }, 400, 'request.malformed'],
  ['a prototype key', { payload: '{"title":"x","__proto__":{}}' }, 400, 'request.invalid'],
  ['an escaped prototype key', { payload: '{"title":"x","\\u005f_proto__":{}}' }, 400, 'request.invalid'],
  ['nesting without end', { payload: '['.repeat(900) }, 400, 'request.invalid'],
  [
    'a form',
    { headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    415,
    'request.unsupported_media_type',
  ],
  ['a body over the limit', { payload: JSON.stringify({ title: 'x'.repeat(1_000) }) }, 413, 'request.too_large'],
  ['NUL in the address', { url: '/echo/%00' }, 400, 'request.invalid'],
  ['a broken escape in the address', { url: '/echo/%zz' }, 400, 'request.malformed'],
  ['an address that is not there', { url: '/nowhere' }, 404, 'route.not_found'],
])('%s is answered with its own problem', async (_, request, status, code) => {
  const send = await start();
  const answer = await send(request);
  expect({ status: answer.statusCode, code: answer.json<{ code: string }>().code }).toEqual({ status, code });
});

test.each(['22007', '22008', '22009'])('a time PostgreSQL refuses with %s is the client’s mistake', async (title) => {
  const send = await start();
  const answer = await send({ payload: JSON.stringify({ title }) });
  expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([400, 'request.unstorable']);
});

test('a fault is a bare 500: no word of what broke', async () => {
  const send = await start();
  const answer = await send({ payload: '{"title":"bug"}' });
  expect(answer.statusCode).toBe(500);
  expect(answer.body).not.toContain('secret inner reason');
});

test('when the keys of tokens cannot be fetched the answer is 503, not 401', async () => {
  const send = await start({ verifier: { verify: () => Promise.reject(new Error('connection refused')) } });
  expect((await send({})).statusCode).toBe(503);
});

test('characters no database can hold arrive as U+FFFD', async () => {
  const send = await start();
  const answer = await send({ payload: String.raw`{"title":"a\u0000b\ud800c"}` });
  expect(answer.json()).toMatchObject({ title: 'a\ufffdb\ufffdc' });
});

test.each([
  [400, 200],
  [600, 400],
  [100_000, 400],
])('a body of %i levels is answered %i', async (levels, status) => {
  const send = await start();
  const payload = `{"a":${'[{"b":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}}`;
  expect((await send({ url: '/keep', payload })).statusCode).toBe(status);
});

test('a text endpoint gets any content type as it came', async () => {
  const send = await start();
  const answer = await send({
    url: '/lines',
    payload: '{"a":1}\nnot json\n',
    headers: { 'content-type': 'application/x-ndjson' },
  });
  expect(answer.json()).toEqual({ lines: 3 });
});

test('an endpoint whose contract names an action is recorded when it is done, when it fails and when it is refused', async () => {
  const recorded: AuditEntry[] = [];
  const send = await start({ recorded });
  await send({ url: '/changed/7' });
  await send({ url: '/changed/7', payload: '{"title":"taken"}' });
  await send({ url: '/changed/7', payload: '{"title":"bug"}' });
  await send({ url: '/changed/7', token: 'a.nobody.x' });
  await send({ url: '/changed/7', payload: '{}' });
  const told = recorded.map(({ action, outcome, reason, target, details }) => ({
    action,
    outcome,
    reason,
    target,
    details,
  }));
  const target = { type: 'echo', id: '7' };
  const at = { action: 'echo.change', target };
  const fields = { fields: ['title'] };
  expect(told).toEqual([
    { ...at, outcome: 'success', reason: undefined, details: fields },
    { ...at, outcome: 'failure', reason: 'echo.taken', details: fields },
    { ...at, outcome: 'failure', reason: 'internal', details: fields },
    { ...at, outcome: 'denied', reason: 'auth.forbidden', details: { permission: 'alerts:read' } },
  ]);
});

test('an endpoint that names no action is recorded only when it is refused to who may not', async () => {
  const recorded: AuditEntry[] = [];
  const send = await start({ recorded });
  await send({});
  await send({ payload: '{"title":"taken"}' });
  expect(recorded).toEqual([]);
  await send({ token: null });
  await send({ token: 'a.nobody.x' });
  expect(recorded.map(({ action, outcome, target, reason }) => [action, outcome, target, reason])).toEqual([
    ['endpoint.call', 'denied', { type: 'endpoint', id: 'echo' }, 'auth.unauthenticated'],
    ['endpoint.call', 'denied', { type: 'endpoint', id: 'echo' }, 'auth.forbidden'],
  ]);
});
