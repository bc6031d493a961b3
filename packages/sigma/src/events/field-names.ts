import { canonicalField } from '../event-view.ts';

/** A place in the tree of names met so far: its dotted canonical name, and the names met under it, as events spell them. */
export interface FieldName {
  readonly dotted: string;
  /** The number of the canonical name among those remembered; -1 when it is not. Spellings of one name share it. */
  readonly id: number;
  readonly under: Map<string, FieldName>;
}

/** Names of fields are few, but a hostile event makes up as many as it likes: with so many, remembering begins anew. */
export const MAX_REMEMBERED = 50_000;
const MAX_REMEMBERED_LENGTH = 200;

/** Names of fields, remembered: each is made canonical and numbered once, not for each event. */
export class FieldNames {
  /** Where fields are that are under nothing. */
  readonly root: FieldName = { dotted: '', id: -1, under: new Map() };
  /** By number. */
  readonly numbered: FieldName[] = [];
  readonly #byDotted = new Map<string, FieldName>();
  #spellings = 0;

  get isFull(): boolean {
    return this.numbered.length >= MAX_REMEMBERED || this.#spellings >= MAX_REMEMBERED;
  }

  /** The name of a field under another. */
  under(parent: FieldName, key: string): FieldName {
    return parent.under.get(key) ?? this.#meet(parent, key);
  }

  /** By its canonical name. */
  named(dotted: string): FieldName {
    return this.#byDotted.get(dotted) ?? this.#number(dotted);
  }

  /** By its canonical name, if it has been met. */
  find(dotted: string): FieldName | undefined {
    return this.#byDotted.get(dotted);
  }

  #meet(parent: FieldName, key: string): FieldName {
    const own = canonicalField(key);
    const { id, dotted } = this.named(parent.dotted === '' ? own : `${parent.dotted}.${own}`);
    const name = { dotted, id, under: new Map<string, FieldName>() };
    if (key.length > MAX_REMEMBERED_LENGTH || id < 0 || this.isFull) return name;
    this.#spellings += 1;
    parent.under.set(key, name);
    return name;
  }

  #number(dotted: string): FieldName {
    const isRemembered = dotted.length <= MAX_REMEMBERED_LENGTH && !this.isFull;
    const name = { dotted, id: isRemembered ? this.numbered.length : -1, under: new Map<string, FieldName>() };
    if (isRemembered) {
      this.numbered.push(name);
      this.#byDotted.set(dotted, name);
    }
    return name;
  }
}

let latest = new FieldNames();

/** Those to name the fields of another event by. */
export function fieldNames(): FieldNames {
  if (latest.isFull) latest = new FieldNames();
  return latest;
}
