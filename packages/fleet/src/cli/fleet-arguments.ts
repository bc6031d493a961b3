import { resolve } from 'node:path';
import { ServiceName } from '@soc/contracts';
import { OperatorError } from '../operator-error.ts';
import { defaultDataDirectory } from '../services.ts';
import type { CommandInput, CommandOption } from './command.ts';

/** The option of every command that looks at a fleet's data. */
export const dataDirOption: CommandOption = {
  name: 'data-dir',
  value: 'PATH',
  help: 'Where data, secrets and logs are kept; .soc in the checkout when absent.',
};

export const dataDirOf = ({ value }: CommandInput): string => resolve(value('data-dir') ?? defaultDataDirectory());

export const portBaseOption: CommandOption = {
  name: 'port-base',
  value: 'PORT',
  help: "The gateway's port, from which all others are counted; 8000 when absent.",
};

/** The port base. Throws for what is not a number; the layout tells which numbers will do. */
export function portBaseOf({ value }: CommandInput): number {
  const text = value('port-base') ?? '8000';
  if (!/^\d+$/.test(text)) throw new OperatorError(`--port-base wants a port, such as 8000, not ${text}.`);
  return Number(text);
}

/** Reads `--scale alert=2` options. Throws for what is not `service=count`. */
export function parseScale(texts: readonly string[]): Readonly<Partial<Record<ServiceName, number>>> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, name = '', count = ''] = /^([a-z]+)=(\d+)$/.exec(text) ?? [];
      if (count === '') throw new OperatorError(`--scale wants a service and a number, such as alert=2, not ${text}.`);
      return [parseService(name), Number(count)];
    }),
  );
}

/** Reads `--only alert,intel`. Throws for a service there is not. */
export const parseOnly = (text: string): readonly ServiceName[] =>
  text.split(',').map((name) => parseService(name.trim()));

function parseService(name: string): ServiceName {
  const parsed = ServiceName.safeParse(name);
  if (parsed.success) return parsed.data;
  throw new OperatorError(`There is no service ${JSON.stringify(name)}; there are ${ServiceName.options.join(', ')}.`);
}
