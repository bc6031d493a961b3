import { canonicalField } from '../event-view.ts';

/** A place in the tree of names met so far: its dotted canonical name, and the names met under it, as events spell them. */
export interface FieldName {
  readonly dotted: string;
  readonly under: Map<string, FieldName>;
}

/** Names of fields are few, but a hostile event makes up as many as it likes: with so many, remembering begins anew. */
const MAX_REMEMBERED = 50_000;
const MAX_REMEMBERED_LENGTH = 200;

let remembered = 0;

/** Where fields are that are under nothing. */
export const rootName: FieldName = { dotted: '', under: new Map() };

/** The name of a field under another, remembered: names are made canonical once, not for each event. */
export function nameUnder(parent: FieldName, key: string): FieldName {
  const known = parent.under.get(key);
  if (known !== undefined) return known;
  const own = canonicalField(key);
  const name = { dotted: parent.dotted === '' ? own : `${parent.dotted}.${own}`, under: new Map<string, FieldName>() };
  if (key.length > MAX_REMEMBERED_LENGTH || name.dotted.length > MAX_REMEMBERED_LENGTH) return name;
  if (remembered >= MAX_REMEMBERED) {
    rootName.under.clear();
    remembered = 0;
  }
  remembered += 1;
  parent.under.set(key, name);
  return name;
}
