import { OperatorError } from '../operator-error.ts';
import { sealingKeyId } from '@soc/messaging';
import { readBusKeys, retireBusKey, rotateBusKeys } from '../secrets/bus-keys.ts';
import type { Command } from './command.ts';
import { dataDirOf, dataDirOption } from './fleet-arguments.ts';

export const keysCommand: Command = {
  name: 'keys',
  summary: 'Tell, rotate or retire the keys that events are sealed with; running services follow within seconds.',
  synopsis: 'status | rotate | retire KEY',
  options: [dataDirOption],
  run: async (input) => {
    const { positionals, print } = input;
    const dataDirectory = dataDirOf(input);
    const [action, id, ...rest] = positionals;
    if (action === 'retire' && id !== undefined && rest.length === 0) {
      await retireBusKey(dataDirectory, id);
      print(`${id} is gone: what it sealed, dead letters included, opens no more.`);
      return 0;
    }
    if (id !== undefined || (action !== 'status' && action !== 'rotate')) {
      throw new OperatorError('Say soc keys status, soc keys rotate or soc keys retire KEY.');
    }
    if (action === 'rotate') await rotateBusKeys(dataDirectory);
    const ring = await readBusKeys(dataDirectory);
    const sealing = sealingKeyId(ring, Date.now());
    for (const each of Object.keys(ring.keys)) {
      const isNext = each === ring.next?.id && each !== sealing;
      const seals = isNext ? `, seals from ${new Date(ring.next?.activeFrom ?? 0).toISOString()}` : '';
      print(`${each.padEnd(8)} ${each === sealing ? 'seals and opens' : `opens${seals}`}`);
    }
    return 0;
  },
};
