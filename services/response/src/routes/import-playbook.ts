import { ImportPlaybook, type PlaybookSummary } from '@soc/contracts/response/playbooks';
import { conflict, HttpProblem, route } from '@soc/service-kit';
import type { ResponseDeps } from '../deps.ts';
import { decideImport } from '../domain/import-playbook.ts';
import type { Playbook, PlaybookError } from '../domain/playbook.ts';
import { readPlaybook } from '../domain/read-playbook.ts';

const invalid = (errors: readonly PlaybookError[]): HttpProblem =>
  new HttpProblem(
    422,
    'playbook.invalid',
    'the playbook cannot be executed; each error names the place and the reason',
    {
      errors: errors.map(({ path, reason, message }) => ({ path, message: `${reason}: ${message}` })),
    },
  );

const toSummary = (
  playbook: Playbook,
  rest: Pick<PlaybookSummary, 'enabled' | 'revision' | 'importedBy' | 'importedAt'>,
): PlaybookSummary => ({
  id: playbook.id,
  name: playbook.name,
  description: playbook.description,
  revoked: playbook.revoked,
  modified: playbook.modified,
  validFrom: playbook.validFrom,
  validUntil: playbook.validUntil,
  stepCount: playbook.steps.size,
  ...rest,
});

export const importPlaybookRoute = ({ db, playbooks, now }: Pick<ResponseDeps, 'db' | 'playbooks' | 'now'>) =>
  route(ImportPlaybook, async ({ body, principal, log }) => {
    const read = readPlaybook(body);
    if (!read.ok) throw invalid(read.errors);
    const { playbook } = read;
    const { tenantId } = principal;
    return db.tx(async (tx) => {
      await playbooks.lockForImport(tx, tenantId, playbook.id);
      const existing = await playbooks.find(tx, tenantId, playbook.id);
      const document = existing && (await playbooks.findDocument(tx, tenantId, playbook.id));
      const decision = decideImport(playbook, existing, JSON.stringify(document) === JSON.stringify(body));
      if (!decision.ok) throw conflict(`playbook.${decision.refusal}`, 'import a version with a later "modified"');
      if (existing && decision.kind === 'same') return existing;
      const summary = toSummary(playbook, {
        enabled: existing?.enabled ?? !playbook.revoked,
        revision: await playbooks.nextRevision(tx, tenantId, playbook.id),
        importedBy: principal.name,
        importedAt: now().toISOString(),
      });
      await playbooks.save(tx, tenantId, summary, body);
      log.info({ playbookId: playbook.id, revision: summary.revision }, 'playbook imported');
      return summary;
    });
  });
