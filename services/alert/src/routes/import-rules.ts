import { IMPORT_MAX_BYTES, ImportRules } from '@soc/contracts/alert/rule-import';
import { route, tooLarge, unprocessable } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';

/** What a body that nobody gave a name is called: an archive, or else a file of rules. */
const nameOf = (bytes: Buffer): string =>
  ['PK', '\u001F\u008B'].includes(bytes.toString('latin1', 0, 2)) ? 'import' : 'import.yml';

export const importRulesRoute = ({ ruleImport }: Pick<AlertDeps, 'ruleImport'>) =>
  route(ImportRules, async ({ query, principal, request, reply }) => {
    const bytes = await readBody(request.raw as AsyncIterable<Buffer>);
    if (!bytes) {
      // The rest of the body is still on its way and of no use.
      reply.header('connection', 'close');
      throw tooLarge('rule.import_too_large', `an import has at most ${IMPORT_MAX_BYTES} bytes`);
    }
    const { name = nameOf(bytes), enabled = true } = query;
    const result = await ruleImport({ tenantId: principal.tenantId, name, bytes, enabled, by: principal.name });
    if (!result.ok) throw unprocessable('rule.nothing_readable', result.refusal);
    return result.outcome;
  });

async function readBody(body: AsyncIterable<Buffer>): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > IMPORT_MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
