import type { StepRequest } from '@soc/contracts/response/step-executions';
import { isAllowedUrl } from './allowed-hosts.ts';
import { addressOf } from './http-address.ts';
import type { Effect } from './effects.ts';
import type { HttpCommand } from './playbook.ts';
import { isSecretName, REDACTED, redactBody, redactRecord, redactUrl } from './redact.ts';
import {
  CONTENT_TYPE_OF_KIND,
  contentKindOf,
  contentTypeOf,
  fillContent,
  headersOf,
  substituteContent,
} from './request-content.ts';
import { type HttpMethod, parseStartLine } from './start-line.ts';
import { fill, type Scope, substitute } from './variables.ts';

/** A request ready to be sent. */
export interface HttpRequest {
  readonly method: HttpMethod;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

export type Prepared =
  | { readonly ok: true; readonly request: HttpRequest }
  | { readonly ok: false; readonly message: string };

type HttpEffect = Extract<Effect, { kind: 'http' }>;

const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const LEAVES_ITS_PLACE = /(?:^|\/)(?:\.|%2e){1,2}(?=$|[/?#])/i;

function targetUrl(effect: HttpEffect, scope: Scope): { readonly url: URL; readonly method: HttpMethod } | string {
  const line = parseStartLine(effect.command.command);
  if (!line.ok) return line.message;
  const base = substitute(addressOf(effect.addressee.definition) ?? '', scope, (value) => value);
  if (!base.ok) return base.message;
  const target = substitute(line.target, scope, encodeURIComponent);
  if (!target.ok) return target.message;
  const [path = ''] = target.text.split('?');
  if (LEAVES_ITS_PLACE.test(path)) return 'the target has a . or .. segment';
  const url = URL.parse(base.text);
  if (!url || url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
    return `${base.text} is no plain http URL`;
  }
  const whole = URL.parse(`${url.origin}${url.pathname.replace(/\/$/, '')}${target.text}`);
  return whole ? { url: whole, method: line.method } : `${target.text} is no target of a request`;
}

type Body =
  | { readonly ok: true; readonly body: HttpRequest['body']; readonly contentType: string | undefined }
  | { readonly ok: false; readonly message: string };

function bodyOf(command: HttpCommand, scope: Scope): Body {
  const { content, content_b64 } = command;
  const contentType = contentTypeOf(command);
  if (content_b64 !== undefined) {
    return {
      ok: true,
      body: Buffer.from(content_b64, 'base64'),
      contentType: contentType ?? 'application/octet-stream',
    };
  }
  if (content === undefined) return { ok: true, body: null, contentType };
  const kind = contentKindOf(content, contentType);
  const filled = substituteContent(content, kind, scope);
  return filled.ok ? { ok: true, body: filled.text, contentType: contentType ?? CONTENT_TYPE_OF_KIND[kind] } : filled;
}

type Headers =
  | { readonly ok: true; readonly headers: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly message: string };

function substituteHeaders(command: HttpCommand, scope: Scope): Headers {
  const headers: Record<string, string> = {};
  for (const [name, template] of headersOf(command)) {
    const value = substitute(template, scope, (text) => text);
    if (!value.ok) return value;
    if (!HEADER_VALUE.test(value.text)) return { ok: false, message: `the header ${name} would hold odd characters` };
    headers[name] = value.text;
  }
  return { ok: true, headers };
}

/** Builds the request of an effect. Refused: a variable without a value, a value that would break out of its place, a host not allowed. */
export function prepareRequest(
  effect: HttpEffect,
  options: { readonly scope: Scope; readonly key: string; readonly allowedHosts: readonly string[] },
): Prepared {
  const { scope, key, allowedHosts } = options;
  const target = targetUrl(effect, scope);
  if (typeof target === 'string') return { ok: false, message: target };
  if (!isAllowedUrl(target.url, allowedHosts)) {
    return { ok: false, message: `${target.url.host} is not in RESPONSE_ALLOWED_HOSTS` };
  }
  const given = substituteHeaders(effect.command, scope);
  if (!given.ok) return given;
  const content = bodyOf(effect.command, scope);
  if (!content.ok) return content;
  const { body, contentType } = content;
  const headers = {
    'user-agent': 'soc-agent',
    ...given.headers,
    ...(contentType !== undefined && { 'content-type': contentType }),
    'idempotency-key': key,
  };
  return { ok: true, request: { ...target, headers, body } };
}

/** What the journal and people see of a request: credentials hidden, variables without a value as they are written. */
export function showRequest(effect: HttpEffect, scope: Scope, key: string): StepRequest {
  const { command, addressee } = effect;
  const shown = new Map([...scope].map(([name, value]) => [name, isSecretName(name) ? REDACTED : value]));
  const put = (text: string): string => fill(text, shown, (value) => value);
  const line = parseStartLine(command.command);
  const target = line.ok ? fill(line.target, shown, encodeURIComponent) : '';
  const content =
    command.content === undefined
      ? null
      : fillContent(command.content, contentKindOf(command.content, contentTypeOf(command)), shown);
  return {
    kind: 'http',
    method: line.ok ? line.method : '',
    url: redactUrl(`${put(addressOf(addressee.definition) ?? '').replace(/\/$/, '')}${target}`),
    headers: redactRecord({
      ...Object.fromEntries(headersOf(command).map(([name, value]) => [name, put(value)])),
      'idempotency-key': key,
    }),
    content: content === null ? null : redactBody(content),
    contentSizeBytes: Buffer.byteLength(content ?? Buffer.from(command.content_b64 ?? '', 'base64')),
  };
}
