import type { EventView } from '../event-view.ts';
import type { LogSource } from '../rule.ts';

/** Values by the log sources that rules name, found by those of an event. */
export interface LogSourceIndex<T> {
  /** The values of every log source that applies to the event. */
  readonly of: (event: EventView) => readonly T[];
}

/** Combinations of an event's log source that are remembered; then all are forgotten, for events may name what they like. */
const MOST_REMEMBERED = 1_000;
/** No log source that is not made up has a longer name, or more of them. */
const MOST_OF_ONE = { characters: 100, names: 16 };

const part = (name: string | undefined): string => name?.toLowerCase() ?? '';

/** What rules with the same log source have in common. */
export const logSourceKey = ({ product, service, category }: LogSource): string =>
  `${part(product)}\n${part(service)}\n${part(category)}`;

/** What is remembered, a name further at each step: names are looked up faster than what would be written of them together. */
interface Step<T> {
  readonly next: Map<string, Step<T>>;
  /** Where the names of categories begin. */
  categories: Step<T> | undefined;
  values: readonly T[] | undefined;
}

const newStep = <T>(): Step<T> => ({ next: new Map(), categories: undefined, values: undefined });

const isUsual = (name: string): boolean => name.length <= MOST_OF_ONE.characters;

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
  let root = newStep<T>();
  let steps = 0;
  const follow = (step: Step<T>, name: string): Step<T> => {
    const known = step.next.get(name);
    if (known) return known;
    const next = newStep<T>();
    steps += 1;
    step.next.set(name, next);
    return next;
  };
  const stepOf = ({ product = '', services, categories }: EventView): Step<T> => {
    let step = follow(root, product);
    for (const service of services) step = follow(step, service);
    if (categories.length === 0) return step;
    step = step.categories ??= newStep();
    for (const category of categories) step = follow(step, category);
    return step;
  };
  return {
    of: (event) => {
      const { product = '', services, categories } = event;
      const isFew = services.length + categories.length <= MOST_OF_ONE.names;
      const areUsual = isUsual(product) && services.every(isUsual) && categories.every(isUsual);
      if (!isFew || !areUsual) return find(values, event);
      if (steps >= MOST_REMEMBERED) {
        root = newStep();
        steps = 0;
      }
      const step = stepOf(event);
      return (step.values ??= find(values, event));
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
