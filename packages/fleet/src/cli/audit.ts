import { createReadStream } from 'node:fs';
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describeFinding, keyIdOf, type StoredCheckpoint, type TrailReport, verifyTrail } from '@soc/audit';
import { OperatorError } from '../operator-error.ts';
import { AUDIT_SIGNING_KEY } from '../secrets/fleet-secrets.ts';
import { checkpointDirectoryOf } from '../service-environment.ts';
import type { Command, CommandInput } from './command.ts';
import { dataDirOf, dataDirOption } from './fleet-arguments.ts';
import { cannotReadThe, readKeys } from './read-keys.ts';

/** The checkpoints of a folder, in their order. */
export async function readCheckpointFiles(directory: string): Promise<readonly StoredCheckpoint[]> {
  const names = await readdir(directory).catch(cannotReadThe('checkpoints', directory));
  const files = names.filter((name) => /^checkpoint-.*\.json$/.test(name)).toSorted();
  const read = (name: string): Promise<string> => readFile(join(directory, name), 'utf8');
  const stored: StoredCheckpoint[] = [];
  for (const name of files) stored.push({ name, text: await read(name) });
  return stored;
}

/** Opened when it is read: readline loses what comes before anybody listens. */
async function* linesOf(path: string): AsyncGenerator<string> {
  yield* createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
}

const keyPathOf = (input: CommandInput): string =>
  input.value('key') ?? join(dataDirOf(input), 'secrets', AUDIT_SIGNING_KEY);

function tell(report: TrailReport, print: (line: string) => void): number {
  const { findings, records, shownRecords, signedRecords, newest } = report;
  for (const finding of findings) print(`BAD: ${describeFinding(finding)}`);
  print(`${records} records continue the chain (${shownRecords} shown), ${signedRecords} of them are signed for.`);
  if (newest) print(`The newest checkpoint: ${newest.size} records, root ${newest.root}, signed ${newest.at}.`);
  if (findings.length > 0) return 1;
  print('The trail is what was written. Compare the newest checkpoint with what a witness has noted, such as the log.');
  return 0;
}

async function verify(input: CommandInput): Promise<number> {
  const records = input.value('records');
  if (records === undefined) throw new OperatorError('Say which records: soc audit verify --records FILE.');
  await access(records).catch(cannotReadThe('records', records));
  const report = await verifyTrail({
    lines: linesOf(records),
    checkpoints: await readCheckpointFiles(input.value('checkpoints') ?? checkpointDirectoryOf(dataDirOf(input))),
    publicKeys: await readKeys(keyPathOf(input)),
  });
  return tell(report, input.print);
}

export const auditCommand: Command = {
  name: 'audit',
  summary: 'Verify an exported audit trail, offline; or print the public key that it is signed with.',
  synopsis: 'verify --records FILE | key',
  options: [
    { name: 'records', value: 'FILE', help: 'What GET /api/v1/auth/audit/export answered.' },
    {
      name: 'checkpoints',
      value: 'PATH',
      help: "A copy of the checkpoints, made before the export; the data directory's own when absent.",
    },
    {
      name: 'key',
      value: 'FILE',
      help: "PEM of the public key, several after a change; the data directory's when absent.",
    },
    dataDirOption,
  ],
  run: async (input) => {
    const [action, ...rest] = input.positionals;
    if (rest.length > 0 || (action !== 'verify' && action !== 'key')) {
      throw new OperatorError('Say soc audit verify --records FILE or soc audit key.');
    }
    if (action === 'verify') return verify(input);
    const [key] = await readKeys(keyPathOf(input));
    input.print(key.export({ type: 'spki', format: 'pem' }).toString().trim());
    input.print(`# ${keyIdOf(key)}`);
    return 0;
  },
};
