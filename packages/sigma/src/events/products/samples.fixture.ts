import { expect, it } from 'vitest';
import type { JsonObject } from '../event-fields.ts';
import { viewEvent } from '../view-event.ts';

/** When all samples happened. */
export const at = '2024-03-05T10:20:30Z';

/** An event as a product writes it, and what a view of it must have. */
export interface Sample {
  readonly raw: JsonObject;
  readonly product?: string;
  readonly services?: readonly string[];
  readonly categories?: readonly string[];
  /** Canonical name → what a rule asks of it; the name may have more values. */
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

/** One test a sample. */
export const proveSamples = (samples: Readonly<Record<string, Sample>>): void =>
  it.each(Object.entries(samples))('of %s has the log source, the fields and the time that rules need', (_, sample) => {
    const view = viewEvent(sample.raw);
    expect(view.product).toBe(sample.product);
    expect(view.services).toEqual(expect.arrayContaining([...(sample.services ?? [])]));
    expect(view.categories).toEqual(expect.arrayContaining([...(sample.categories ?? [])]));
    const read = Object.keys(sample.fields).map((name) => [name, [view.fields.get(name)].flat()]);
    expect(Object.fromEntries(read)).toMatchObject(
      Object.fromEntries(Object.entries(sample.fields).map(([name, value]) => [name, expect.arrayContaining([value])])),
    );
    expect(view.timeMs).toBe(Date.parse(at));
  });
