import type { EventView } from '../event-view.ts';
import { createChooser } from './choose-format.ts';
import { type CompiledFormat, compileFormat } from './compile-format.ts';
import type { JsonObject } from './event-fields.ts';
import { eventFormats, unknownFormat } from './event-formats.ts';
import { parseLogSource } from './named-source.ts';

const formats: readonly CompiledFormat[] = eventFormats.map(compileFormat);
const fallback = compileFormat(unknownFormat);

const choose = createChooser(formats);

interface NamedFormats {
  readonly choose: (raw: JsonObject) => CompiledFormat | undefined;
  /** What takes an event that bears no sign. */
  readonly otherwise: CompiledFormat;
}

const formatsByName: ReadonlyMap<string, NamedFormats> = new Map(
  [...new Set(formats.flatMap(({ names }) => names))].map((name) => {
    const named = formats.filter(({ names }) => names.includes(name));
    return [name, { choose: createChooser(named), otherwise: named.at(-1) ?? fallback }];
  }),
);

/** What `viewEvent` knows a source by, sorted: names of formats. `product=…,service=…,category=…` is understood beside them. */
export const eventSources: readonly string[] = [...formatsByName.keys()].toSorted();

/** Whether a source is one that `viewEvent` knows; with another, it recognises the format by the event. */
export const isEventSource = (source: string): boolean =>
  formatsByName.has(source.toLowerCase()) || parseLogSource(source) !== undefined;

/**
 * An event as rules see it: its log source and its fields, those of the product and those that rules call them by. `source` is
 * one of `eventSources`, or a log source written `product=linux,service=sshd`, which is then the event's, whatever it looks
 * like. Without it, or with one nobody knows, the format is recognised by a few names of fields; what no format knows has its
 * fields and no log source. Never throws. What is nested deeper than 24 levels is not seen.
 */
export function viewEvent(raw: JsonObject, source?: string): EventView {
  if (source !== undefined) {
    const named = formatsByName.get(source) ?? formatsByName.get(source.toLowerCase());
    if (named) return (named.choose(raw) ?? named.otherwise).view(raw);
    const logSource = parseLogSource(source);
    if (logSource) return withLogSource((choose(raw) ?? fallback).view(raw), logSource);
  }
  return (choose(raw) ?? fallback).view(raw);
}

const withLogSource = (
  view: EventView,
  { product, services, categories }: Omit<EventView, 'fields' | 'timeMs'>,
): EventView => ({
  product,
  services,
  categories,
  fields: view.fields,
  get timeMs() {
    return view.timeMs;
  },
});
