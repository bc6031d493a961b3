import type { EventView } from '../event-view.ts';
import type { EventFields } from './event-fields.ts';
import type { LogSourcePart } from './event-format.ts';
import { parseEventTime } from './event-time.ts';
import { isList } from './field-table.ts';

/** The log source, as it becomes known. */
export class LogSource {
  product: string | undefined;
  services: readonly string[];
  categories: readonly string[];

  constructor(part: LogSourcePart) {
    this.product = part.product;
    this.services = part.services ?? [];
    this.categories = part.categories ?? [];
  }

  add(part: LogSourcePart | undefined): void {
    if (!part) return;
    if (part.product !== undefined) this.product = part.product;
    if (part.services) this.services = union(this.services, part.services);
    if (part.categories) this.categories = union(this.categories, part.categories);
  }
}

const union = (some: readonly string[], others: readonly string[]): readonly string[] =>
  some.length === 0 ? others : [...some, ...others.filter((one) => !some.includes(one))];

/** Most events are never asked for their time, and reading one costs as much as flattening: so it is read when asked for. */
export class EventRecord implements EventView {
  readonly product: string | undefined;
  readonly services: readonly string[];
  readonly categories: readonly string[];
  readonly fields: EventView['fields'];
  readonly #times: readonly string[];

  constructor(source: LogSource, fields: EventFields, times: readonly string[]) {
    this.product = source.product;
    this.services = source.services;
    this.categories = source.categories;
    this.fields = fields;
    this.#times = times;
  }

  get timeMs(): number | undefined {
    for (const name of this.#times) {
      const value = this.fields.get(name);
      const time = parseEventTime(value !== undefined && isList(value) ? value[0] : value);
      if (time !== undefined) return time;
    }
    return undefined;
  }
}
