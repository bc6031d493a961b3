import { describe, expect, test } from 'vitest';
import { effectsOf } from './effects.ts';
import { httpStep, playbookDocument } from './playbook.fixture.ts';
import { prepareRequest, showRequest } from './prepare-request.ts';
import { readAcceptedPlaybook } from './read-playbook.ts';

const variables = Object.fromEntries(
  ['host', 'count', 'api_token', 'base', 'later'].map((name) => [`__${name}__`, { type: 'string' }]),
);

function prepare(
  command: Readonly<Record<string, unknown>>,
  values: Readonly<Record<string, string>> = {},
  options: { readonly address?: object; readonly port?: string; readonly allowedHosts?: readonly string[] } = {},
) {
  const { address = { url: ['http://edr.test:8080/v1/'] }, port, allowedHosts = ['edr.test'] } = options;
  const api = { type: 'http-api', name: 'EDR', address, ...(port !== undefined && { port }) };
  const playbook = readAcceptedPlaybook(
    playbookDocument({ a: httpStep({}, command) }, { playbook_variables: variables, agent_definitions: { api } }),
  );
  const step = playbook.steps.get('a');
  const [effect] = step?.type === 'action' ? effectsOf(playbook, step) : [];
  if (effect?.kind !== 'http') throw new Error('the step has one http effect');
  const scope = new Map(Object.entries(values));
  return {
    prepared: prepareRequest(effect, { scope, key: 'run:a', allowedHosts }),
    shown: showRequest(effect, scope, 'run:a'),
  };
}

function request(...args: Parameters<typeof prepare>) {
  const { prepared } = prepare(...args);
  if (!prepared.ok) throw new Error(prepared.message);
  return prepared.request;
}

function refusal(...args: Parameters<typeof prepare>): string {
  const { prepared } = prepare(...args);
  return prepared.ok ? `went to ${prepared.request.url.href}` : prepared.message;
}

const POST = 'POST /isolate HTTP/1.1';

describe('where a request goes', () => {
  test.each([
    [{ url: ['http://edr.test:8080/v1/'] }, undefined, 'http://edr.test:8080/v1/isolate'],
    [{ dname: ['edr.test'] }, undefined, 'http://edr.test/isolate'],
    [{ dname: ['edr.test'] }, '443', 'https://edr.test/isolate'],
    [{ dname: ['edr.test'] }, '9000', 'http://edr.test:9000/isolate'],
  ])('%j port %s', (address, port, expected) => {
    expect(request({ command: POST }, {}, { address, ...(port !== undefined && { port }) }).url.href).toBe(expected);
  });

  test('nowhere without an allow-list', () => {
    expect(refusal({ command: POST }, {}, { allowedHosts: [] })).toBe('edr.test:8080 is not in RESPONSE_ALLOWED_HOSTS');
  });

  test.each([
    ['http://evil.test/', ['edr.test']],
    ['http://edr.test.evil.test/', ['edr.test', '*.edr.test']],
    ['http://evil-edr.test/', ['*.edr.test']],
    ['http://edr.test:81/', ['edr.test:80']],
    ['http://2130706433/', ['127.0.0.2']],
    ['http://169.254.169.254/', ['127.0.0.1']],
    ['http://[::ffff:127.0.0.1]/', ['127.0.0.1']],
    ['ftp://edr.test/', ['edr.test']],
  ])('not to %s when only %j is allowed', (base, allowedHosts) => {
    const address = { url: ['__base__:value'] };
    expect(refusal({ command: POST }, { __base__: base }, { address, allowedHosts })).toMatch('RESPONSE_ALLOWED_HOSTS');
  });

  test.each([
    ['http://edr.test/', ['edr.test:80']],
    ['https://a.b.edr.test/', ['*.edr.test']],
    ['http://0x7f.1/', ['127.0.0.1']],
    ['http://[::1]:8080/', ['[::1]:8080']],
  ])('to %s when %j is allowed', (base, allowedHosts) => {
    const address = { url: ['__base__:value'] };
    expect(request({ command: POST }, { __base__: base }, { address, allowedHosts }).url.href).toMatch(/isolate$/);
  });

  test.each(['http://user:secret@edr.test/', 'http://edr.test/?q=1', 'http://edr.test/#x', 'edr.test'])(
    'a base that is no plain URL is refused: %s',
    (base) => {
      expect(refusal({ command: POST }, { __base__: base }, { address: { url: ['__base__:value'] } })).toMatch(
        'is no plain http URL',
      );
    },
  );
});

describe('a value stays a value', () => {
  test('in the path and the query', () => {
    const command = 'GET /hosts/__host__:value/status?name=__host__:value HTTP/1.1';
    expect(request({ command }, { __host__: 'a/b?c=d&e f#g' }).url.href).toBe(
      'http://edr.test:8080/v1/hosts/a%2Fb%3Fc%3Dd%26e%20f%23g/status?name=a%2Fb%3Fc%3Dd%26e%20f%23g',
    );
  });

  test.each(['.', '..'])('%s cannot climb out of the path', (value) => {
    expect(refusal({ command: 'DELETE /hosts/__host__:value/rule HTTP/1.1' }, { __host__: value })).toMatch('segment');
  });

  test('in a JSON string', () => {
    const { body, headers } = request(
      { command: POST, content: '{"host": "__host__:value", "count": __count__:value}' },
      { __host__: '", "admin": true, "x": "\n', __count__: '3' },
    );
    expect(JSON.parse(String(body))).toEqual({ host: '", "admin": true, "x": "\n', count: 3 });
    expect(headers['content-type']).toBe('application/json');
  });

  test('outside quotes in JSON only when it is no text', () => {
    const content = '{"count": __count__:value}';
    expect(refusal({ command: POST, content }, { __count__: '1, "admin": true' })).toMatch('stands outside quotes');
  });

  test('in a form', () => {
    const headers = { 'Content-Type': ['application/x-www-form-urlencoded'] };
    const sent = request({ command: POST, headers, content: 'host=__host__:value' }, { __host__: 'a&admin=1' });
    expect(sent.body).toBe('host=a%26admin%3D1');
  });

  test('in a header', () => {
    const headers = { 'X-Host': ['__host__:value'] };
    expect(refusal({ command: POST, headers }, { __host__: 'a\r\nX-Admin: 1' })).toMatch('odd characters');
  });

  test('a variable without a value is a refusal', () => {
    expect(refusal({ command: POST, content: '__later__:value __host__:value' })).toBe(
      '__later__, __host__ has no value',
    );
  });
});

test('every request carries its key; binary content is sent as it is', () => {
  const sent = request({ command: POST, content_b64: Buffer.from([0, 255]).toString('base64') });
  expect(sent.headers).toMatchObject({ 'idempotency-key': 'run:a', 'content-type': 'application/octet-stream' });
  expect(sent.body).toEqual(Buffer.from([0, 255]));
});

test('the journal sees no credentials', () => {
  const { shown } = prepare(
    {
      command: 'POST /isolate?api_key=k3y&host=__host__:value HTTP/1.1',
      headers: { Authorization: ['Bearer __api_token__:value'], 'X-Api-Key': 'k3y', 'X-Trace': '1' },
      content: '{"host": "__host__:value", "login": {"password": "k3y"}, "t": "__api_token__:value"}',
    },
    { __host__: 'web-1', __api_token__: 'k3y' },
  );
  expect(JSON.stringify(shown)).not.toContain('k3y');
  expect(shown).toMatchObject({
    method: 'POST',
    url: 'http://edr.test:8080/v1/isolate?api_key=[redacted]&host=web-1',
    headers: { authorization: '[redacted]', 'x-api-key': '[redacted]', 'x-trace': '1', 'idempotency-key': 'run:a' },
    content: '{"host":"web-1","login":{"password":"[redacted]"},"t":"[redacted]"}',
  });
});
