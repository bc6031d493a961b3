import type { NotifiableEvent } from '@soc/contracts/notification/rules';
import type { Message } from './message.ts';

/** An event that rules may want told. */
export interface Fact {
  readonly eventId: string;
  readonly tenantId: string;
  readonly correlationId: string;
  /** Facts with the same one count as repetitions of each other. */
  readonly throttleSubject: string;
  readonly message: Message & { readonly type: NotifiableEvent };
}

/** Where a fact comes from. */
export type FactOrigin = Pick<Fact, 'eventId' | 'tenantId' | 'correlationId'>;

/** The first few of many, e.g. `10.0.0.5, 10.0.0.6 and 12 more`. */
export function firstOf(values: readonly string[], count = 5): string {
  const rest = values.length - count;
  return rest <= 0 ? values.join(', ') : `${values.slice(0, count).join(', ')} and ${rest} more`;
}

/** A line for people, left out when there is nothing to say. */
export const line = (label: string, value: string): readonly { label: string; value: string }[] =>
  value === '' ? [] : [{ label, value }];
