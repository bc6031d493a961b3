import { join } from 'node:path';
import { keyIdOf } from '@soc/audit';
import { type CustodyReport, describeCustodyFinding, verifyCustodyExport } from '@soc/audit/custody';
import { OperatorError } from '../operator-error.ts';
import { CUSTODY_SIGNING_KEY } from '../secrets/fleet-secrets.ts';
import type { Command, CommandInput } from './command.ts';
import { openExport } from './export-files.ts';
import { dataDirOf, dataDirOption } from './fleet-arguments.ts';
import { cannotReadThe, readKeys } from './read-keys.ts';

const keyPathOf = (input: CommandInput): string =>
  input.value('key') ?? join(dataDirOf(input), 'secrets', CUSTODY_SIGNING_KEY);

const CONTENTS = { included: 'content as stored', left_out: 'content not included', purged: 'content purged' } as const;

function tell({ findings, exported, objects }: CustodyReport, print: (line: string) => void): number {
  for (const finding of findings) print(`BAD: ${describeCustodyFinding(finding)}`);
  if (exported) print(`Export ${exported.id} of ${exported.at}, by ${exported.by}, for ${exported.recipient}.`);
  for (const { id, filename, entries, adoptedEntries, content, quarantineReason, findings: own } of objects) {
    const state = own.length > 0 ? 'BAD' : `${entries} records, ${CONTENTS[content]}`;
    print(`${id} ${JSON.stringify(filename)}: ${state}`);
    // As text of JSON: it is what somebody wrote, and may be meant for a terminal.
    if (quarantineReason !== undefined) print(`  Its content was in quarantine: ${JSON.stringify(quarantineReason)}.`);
    if (adoptedEntries > 0) {
      print(
        `  ${adoptedEntries} of its records were written before custody was signed; nothing vouches for the time before.`,
      );
    }
  }
  if (findings.length > 0) return 1;
  print('The export is what was signed. Compare the last chain of each object with a witness, such as the log.');
  return 0;
}

async function verify(input: CommandInput): Promise<number> {
  const path = input.value('export');
  if (path === undefined) throw new OperatorError('Say which export: soc custody verify --export PATH.');
  const publicKeys = await readKeys(keyPathOf(input));
  const opened = await openExport(path).catch(cannotReadThe('export', path));
  try {
    const report = await verifyCustodyExport({ files: opened.files, publicKeys });
    const { damage: reason } = opened;
    const damage = reason === undefined ? [] : [{ kind: 'damaged_archive' as const, reason }];
    return tell({ ...report, findings: [...damage, ...report.findings] }, input.print);
  } finally {
    await opened.close();
  }
}

export const custodyCommand: Command = {
  name: 'custody',
  summary:
    'Verify exported evidence and its chain of custody, offline; or print the public key that it is signed with.',
  synopsis: 'verify --export PATH | key',
  options: [
    {
      name: 'export',
      value: 'PATH',
      help: 'What POST /api/v1/storage/custody/exports answered: the archive, or the folder it was unpacked into.',
    },
    {
      name: 'key',
      value: 'FILE',
      help: "PEM of the published key, several after a change; the data directory's when absent.",
    },
    dataDirOption,
  ],
  run: async (input) => {
    const [action, ...rest] = input.positionals;
    if (rest.length > 0 || (action !== 'verify' && action !== 'key')) {
      throw new OperatorError('Say soc custody verify --export PATH or soc custody key.');
    }
    if (action === 'verify') return verify(input);
    for (const key of await readKeys(keyPathOf(input))) {
      input.print(key.export({ type: 'spki', format: 'pem' }).toString().trim());
      input.print(`# ${keyIdOf(key)}`);
    }
    return 0;
  },
};
