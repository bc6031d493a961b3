import type { HttpCommand } from './playbook.ts';
import { fill, referencesIn, type Scope, substitute, type Substituted } from './variables.ts';

/** How the body of a request is written, which decides how a value is put into it. */
export type ContentKind = 'json' | 'form' | 'text';

/** By the content type where there is one; otherwise JSON when it begins like JSON. */
export function contentKindOf(content: string, contentType: string | undefined): ContentKind {
  if (contentType === undefined) return /^\s*[[{]/.test(content) ? 'json' : 'text';
  if (/\bjson\b/i.test(contentType)) return 'json';
  return /x-www-form-urlencoded/i.test(contentType) ? 'form' : 'text';
}

export const CONTENT_TYPE_OF_KIND: Readonly<Record<ContentKind, string>> = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  text: 'text/plain; charset=utf-8',
};

/** A JSON string, or a reference that stands outside of one. */
const JSON_PIECE = /"(?:[^"\\]|\\.)*"|(?:__[a-zA-Z][\w-]*?__|\$\$[a-zA-Z][\w-]*?\$\$):value/g;
const JSON_SCALAR = /^(?:-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$/;

const escapeJson = (value: string): string => JSON.stringify(value).slice(1, -1);

/** A value inside quotes is escaped; one that stands alone must be a number, true, false or null: it cannot add structure. */
function substituteJson(content: string, scope: Scope): Substituted {
  const pieces = [...content.matchAll(JSON_PIECE)];
  const bare = pieces.flatMap(([piece]) => (piece.startsWith('"') ? [] : referencesIn(piece)));
  const unfit = bare.find((name) => scope.has(name) && !JSON_SCALAR.test(scope.get(name) ?? ''));
  if (unfit !== undefined) return { ok: false, message: `${unfit} is no number and stands outside quotes in JSON` };
  return substitute(content, scope, escapeJson);
}

const ENCODERS: Readonly<Record<ContentKind, (value: string) => string>> = {
  json: escapeJson,
  form: encodeURIComponent,
  text: (value) => value,
};

/** The body with its variables put in, each encoded so that it stays a value. */
export const substituteContent = (content: string, kind: ContentKind, scope: Scope): Substituted =>
  kind === 'json' ? substituteJson(content, scope) : substitute(content, scope, ENCODERS[kind]);

/** The same for people to read: variables without a value stay as they are written. */
export const fillContent = (content: string, kind: ContentKind, scope: Scope): string =>
  fill(content, scope, ENCODERS[kind]);

/** The headers a playbook gives, names in lower case, several values joined as RFC 9110 §5.3 allows. */
export const headersOf = ({ headers }: HttpCommand): readonly (readonly [string, string])[] =>
  Object.entries(headers).map(
    ([name, value]) => [name.toLowerCase(), typeof value === 'string' ? value : value.join(', ')] as const,
  );

export const contentTypeOf = (command: HttpCommand): string | undefined =>
  headersOf(command).find(([name]) => name === 'content-type')?.[1];
