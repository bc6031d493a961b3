import { readFile } from 'node:fs/promises';
import { OperatorError } from '../operator-error.ts';
import { busKeys } from '../secrets/bus-keys.ts';
import {
  keyInUse,
  keyRingPath,
  type KeyRing,
  type KeyRingKind,
  readKeyRing,
  retireKey,
  rotateKeyRing,
} from '../secrets/key-ring-file.ts';
import { handOut } from '../secrets/handed-out.ts';
import { tokenKeys } from '../secrets/token-keys.ts';
import type { Command, CommandInput } from './command.ts';
import { dataDirOf, dataDirOption } from './fleet-arguments.ts';

/** A kind of keys, and how it is spoken of. */
interface Speech {
  readonly inUse: string;
  readonly counts: string;
  readonly retired: string;
}

const EVENTS: Speech = {
  inUse: 'seals and opens',
  counts: 'opens',
  retired: 'what it sealed, dead letters included, opens no more.',
};
const TOKENS: Speech = {
  inUse: 'signs and is published',
  counts: 'is published',
  retired: 'who reaches auth stops believing what it signed within two minutes; streams that are open go on.',
};

async function handle<Ring extends KeyRing>(
  input: CommandInput,
  kind: KeyRingKind<Ring>,
  { inUse, counts, retired }: Speech,
): Promise<number> {
  const { positionals, print, value } = input;
  const dataDirectory = dataDirOf(input);
  const [action, id, ...rest] = positionals;
  if (action === 'retire' && id !== undefined && rest.length === 0) {
    await retireKey(dataDirectory, kind, id, { isUrgent: value('now') !== undefined });
    await handOutRing(dataDirectory, kind);
    print(`${id} is gone: ${retired}`);
    return 0;
  }
  if (id !== undefined || (action !== 'status' && action !== 'rotate')) {
    throw new OperatorError('Say soc keys status, soc keys rotate or soc keys retire KEY.');
  }
  if (action === 'rotate') {
    const activeAfterMs = activeAfterOf(input);
    await rotateKeyRing(dataDirectory, kind, activeAfterMs === undefined ? {} : { activeAfterMs });
    await handOutRing(dataDirectory, kind);
  }
  const ring = await readKeyRing(dataDirectory, kind);
  const current = keyInUse(ring, Date.now());
  for (const each of Object.keys(ring.keys)) {
    const isNext = each === ring.next?.id && each !== current;
    const later = isNext ? `, ${kind.does} from ${new Date(ring.next?.activeFrom ?? 0).toISOString()}` : '';
    print(`${each.padEnd(8)} ${each === current ? inUse : `${counts}${later}`}`);
  }
  return 0;
}

/** Into the copies of a set-up of `soc init`; tells whether one was another. */
const handOutRing = async (dataDirectory: string, kind: { readonly fileName: string }): Promise<boolean> =>
  handOut(dataDirectory, kind.fileName, await readFile(keyRingPath(dataDirectory, kind), 'utf8'));

/** How soon a new key is used; `undefined` for the default. */
function activeAfterOf({ value }: CommandInput): number | undefined {
  const text = value('active-after');
  if (text === undefined) return undefined;
  if (!/^\d{1,6}$/.test(text) || Number(text) < 60) {
    throw new OperatorError(`--active-after wants seconds, 60 or more, not ${text}.`);
  }
  return Number(text) * 1000;
}

export const keysCommand: Command = {
  name: 'keys',
  summary: 'Tell, rotate or retire the keys of events or of access tokens; running services follow within seconds.',
  synopsis: 'status | rotate | retire KEY',
  options: [
    dataDirOption,
    {
      name: 'of',
      value: 'WHAT',
      help: 'events (sealed on the bus), which is the default, or tokens (signed by auth).',
    },
    {
      name: 'active-after',
      value: 'SECONDS',
      help: 'When a rotated key is used: 60 when absent, which services that share a disk need; 600 where a Secret has to reach pods.',
    },
    { name: 'now', help: 'Retire a key although tokens it signed may be in use: after a theft.' },
  ],
  run: (input) => {
    const what = input.value('of') ?? 'events';
    if (what === 'events') return handle(input, busKeys, EVENTS);
    if (what === 'tokens') return handle(input, tokenKeys, TOKENS);
    throw new OperatorError(`--of wants events or tokens, not ${what}.`);
  },
};
