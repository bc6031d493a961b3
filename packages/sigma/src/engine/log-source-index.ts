import type { EventView } from '../event-view.ts';
import type { LogSource } from '../rule.ts';

/** Values by the log sources that rules name, found by those of an event. */
export interface LogSourceIndex<T> {
  /** The values of every log source that applies to the event. */
  readonly of: (event: EventView) => readonly T[];
}

/** Combinations of an event's log source that are remembered; then all are forgotten, for events may name what they like. */
const MOST_REMEMBERED = 1_000;
/** Longer than any combination that is not made up. */
const LONGEST_REMEMBERED = 300;

const part = (name: string | undefined): string => name?.toLowerCase() ?? '';

/** What rules with the same log source have in common. */
export const logSourceKey = ({ product, service, category }: LogSource): string =>
  `${part(product)}\n${part(service)}\n${part(category)}`;

const signatureOf = ({ product, services, categories }: EventView): string =>
  `${product ?? ''}\n${services.join('\t')}\n${categories.join('\t')}`;

function find<T>(values: ReadonlyMap<string, T>, { product, services, categories }: EventView): readonly T[] {
  const products = new Set(['', part(product)]);
  const serviceNames = new Set(['', ...services.map(part)]);
  const categoryNames = new Set(['', ...categories.map(part)]);
  const found: T[] = [];
  for (const productName of products) {
    for (const service of serviceNames) {
      for (const category of categoryNames) {
        const value = values.get(`${productName}\n${service}\n${category}`);
        if (value !== undefined) found.push(value);
      }
    }
  }
  return found;
}

/** An index over values by `logSourceKey`. A part a log source does not name applies to every event. */
export function createLogSourceIndex<T>(values: ReadonlyMap<string, T>): LogSourceIndex<T> {
  const remembered = new Map<string, readonly T[]>();
  return {
    of: (event) => {
      const signature = signatureOf(event);
      const known = remembered.get(signature);
      if (known) return known;
      const found = find(values, event);
      if (signature.length > LONGEST_REMEMBERED) return found;
      if (remembered.size >= MOST_REMEMBERED) remembered.clear();
      remembered.set(signature, found);
      return found;
    },
  };
}

/** The parts of a log source that an event does not have, with what it has instead; none when the rule applies. */
export function missingParts(source: LogSource, { product, services, categories }: EventView): readonly MissingPart[] {
  const had = { product: product === undefined ? [] : [product], service: services, category: categories };
  return (['product', 'service', 'category'] as const).flatMap((name) => {
    const expected = source[name];
    const isThere = expected === undefined || had[name].some((one) => part(one) === part(expected));
    return isThere ? [] : [{ part: name, expected, had: had[name] }];
  });
}

/** A part of a rule's log source that an event has not. */
export interface MissingPart {
  readonly part: 'product' | 'service' | 'category';
  readonly expected: string;
  readonly had: readonly string[];
}
