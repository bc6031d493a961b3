import { declaredStatuses } from '@soc/contracts';
import type { EndpointSpec } from '@soc/contracts';
import { STATUS_CODES } from 'node:http';
import { table } from './json-schema-text.ts';

/** docs/generated/errors.md: every problem code a contract lists, and who answers with it. */
export function errorsPage(endpoints: readonly EndpointSpec[]): string {
  const uses = endpoints.flatMap((spec) =>
    Object.entries(spec.errors ?? {}).flatMap(([status, codes]) =>
      codes.map((code) => ({ code, status: Number(status), id: spec.id })),
    ),
  );
  const keys = [...new Set(uses.map(({ code, status }) => `${code} ${status}`))].toSorted();
  const rows = keys.map((key) => {
    const [code = '', status = ''] = key.split(' ');
    const ids = uses.filter((use) => use.code === code && use.status === Number(status)).map(({ id }) => id);
    return [`\`${code}\``, `${status} ${STATUS_CODES[status] ?? ''}`.trim(), ids.join(', ')];
  });
  const invalid = endpoints.filter((spec) => declaredStatuses(spec).includes(400)).length;
  const guarded = endpoints.filter((spec) => declaredStatuses(spec).includes(401)).length;
  return [
    '# Problem codes',
    'Every error is `application/problem+json` (RFC 9457). `code` is stable: programs switch on it.',
    [
      `- 400 \`request.invalid\`: input that breaks the contract, each field named in \`errors\` (${invalid} endpoints).`,
      `- 401 and 403: no valid credentials, or not enough permission (${guarded} endpoints need credentials).`,
    ].join('\n'),
    table(['code', 'status', 'endpoints'], rows),
  ].join('\n\n');
}
