import { addAlias, type EventFields } from './event-fields.ts';

/** Lets all fields under one path answer under another. */
export function addAliasesUnder(fields: EventFields, path: string, alias: string): undefined {
  for (const name of fields.keys()) {
    if (name.startsWith(path)) addAlias(fields, alias + name.slice(path.length), [name]);
  }
}
