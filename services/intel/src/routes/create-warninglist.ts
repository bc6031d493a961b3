import { CreateWarninglist } from '@soc/contracts/intel/warninglist';
import { conflict, route, unprocessable, uuidv7 } from '@soc/service-kit';
import type { IntelDeps } from '../deps.ts';
import { readWarninglist } from '../domain/warninglist.ts';

const SHOWN_SKIPS = 100;

const REFUSALS = {
  regex: 'regular expressions are not run on what strangers send; list the values or domains instead',
  attributes: 'none of the attributes is one that is looked up',
  empty: 'not one entry can be read',
} as const;

export const createWarninglistRoute = ({ db, warninglists, now }: Pick<IntelDeps, 'db' | 'warninglists' | 'now'>) =>
  route(CreateWarninglist, async ({ body, principal }) => {
    const reading = readWarninglist(body);
    if (!reading.ok) throw unprocessable(`intel.warninglist_${reading.refusal}`, REFUSALS[reading.refusal]);
    const at = now();
    const list = {
      id: uuidv7(at.getTime()),
      name: body.name,
      description: body.description ?? null,
      type: body.type,
      version: body.version ?? null,
      observableTypes: [...reading.observableTypes],
      createdAt: at.toISOString(),
    };
    const isNew = await db.tx((tx) => warninglists.insert(tx, principal.tenantId, list, reading.entries));
    if (!isNew) throw conflict('intel.warninglist_exists', `there is a list named ${body.name}`);
    return {
      ...list,
      entries: reading.entries.length,
      builtIn: false,
      skipped: reading.skipped.length,
      skippedEntries: reading.skipped.slice(0, SHOWN_SKIPS),
    };
  });
