import { at, type JsonObject } from './event-fields.ts';
import type { Sign } from './event-format.ts';

/** A sign ready for use. */
export interface CompiledSign {
  /** Names of which an event has at least one at its top, or it does not bear the sign. */
  readonly topNames: readonly string[];
  readonly isBorneBy: (raw: JsonObject) => boolean;
}

/** `spell` is what becomes of the names in the sign. */
export function compileSign(sign: Sign, spell = (name: string) => name): CompiledSign {
  const [first = ''] = sign.has;
  const path = spell(first);
  return { topNames: [...new Set([path, path.split('.')[0] ?? path])], isBorneBy: compileTest(sign, spell) };
}

function compileTest({ has, any, begins }: Sign, spell: (name: string) => string): (raw: JsonObject) => boolean {
  const read = (path: string): ReturnType<typeof reader> => reader(spell(path));
  const required = has.map(read);
  const some = any?.map(read);
  const starts = Object.entries(begins ?? {}).map(([path, text]) => [read(path), text.toLowerCase()] as const);
  const isThere = (value: unknown): boolean => value !== undefined && value !== null;
  return (raw) => {
    for (const value of required) if (!isThere(value(raw))) return false;
    if (some && !some.some((value) => isThere(value(raw)))) return false;
    return starts.every(([start, text]) => {
      const value = start(raw);
      return typeof value === 'string' && value.slice(0, text.length).toLowerCase() === text;
    });
  };
}

/** A dotted path is a way through objects, or one name with dots, as flattened events have it. */
function reader(path: string): (raw: JsonObject) => unknown {
  if (!path.includes('.')) return (raw) => raw[path];
  const keys = path.split('.');
  return (raw) => at(raw, keys) ?? raw[path];
}
