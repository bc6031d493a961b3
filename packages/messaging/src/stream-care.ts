import { Gauge, type Registry } from '@soc/monitoring';
import { absentGroup, type GroupState, readGroups } from './group-state.ts';
import { createGroupWatch, type StalledGroup } from './group-watch.ts';
import type { BusLog } from './log.ts';
import { type Redis, streamKey } from './redis.ts';
import { type TrimBounds, trimStream } from './trimmer.ts';

const EVERY_MS = 30_000;

/** Looks after the streams a service owns: trims them, and tells which groups stand still. */
export interface StreamCare {
  /** One round over all streams; a stream that fails is told of and left for the next round. */
  readonly look: () => Promise<void>;
  readonly stalled: () => readonly StalledGroup[];
  readonly start: () => void;
  readonly stop: () => void;
}

export function createStreamCare(options: {
  readonly redis: Redis;
  readonly prefix: string;
  /** Types of the events that the service owns. */
  readonly types: readonly string[];
  /** The groups that are to hear a type. The stream is kept for those that are yet to come, and for no other. */
  readonly subscribersOf: (type: string) => readonly string[];
  readonly bounds: TrimBounds;
  readonly stalledAfterMs: number;
  readonly now: () => Date;
  readonly monotonicMs?: () => number;
  readonly registry: Registry;
  readonly log: BusLog;
}): StreamCare {
  const { redis, prefix, types, subscribersOf, bounds, stalledAfterMs, now, registry, log } = options;
  const watch = createGroupWatch(stalledAfterMs, options.monotonicMs ?? (() => performance.now()));
  const metrics = createMetrics(registry);
  const strangers = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  const ignore = (type: string, group: string): void => {
    const key = `${type} ${group}`;
    if (strangers.has(key)) return;
    strangers.add(key);
    log.warn({ eventType: type, group }, 'a consumer group that no contract names does not hold up trimming');
  };

  const expectedGroups = async (type: string, stream: string): Promise<readonly GroupState[]> => {
    const names = subscribersOf(type);
    const groups = await readGroups(redis, stream);
    for (const { name } of groups) if (!names.includes(name)) ignore(type, name);
    const present = groups.filter(({ name }) => names.includes(name));
    const absent = names.filter((name) => !present.some((group) => group.name === name));
    if (absent.length === 0) return present;
    const entries = await redis.xlen(stream);
    return [...present, ...absent.map((name) => absentGroup(name, entries))];
  };

  const tell = (type: string, groups: readonly GroupState[]): void => {
    const { stalled, resumed } = watch.note(type, groups);
    for (const group of stalled) {
      log.error({ eventType: type, group }, 'a consumer group stands still, and its stream grows until it goes on');
    }
    for (const group of resumed) log.info({ eventType: type, group }, 'a consumer group goes on');
    for (const { name, pending, behind } of groups) {
      metrics.lag.set({ type, group: name }, pending + behind);
      metrics.stalled.set({ type, group: name }, Number(watch.isStalled(type, name)));
    }
  };

  const lookAt = async (type: string): Promise<void> => {
    const stream = streamKey(prefix, type);
    const groups = await expectedGroups(type, stream);
    tell(type, groups);
    metrics.bytes.set({ type }, await trimStream(redis, stream, groups, { ...bounds, nowMs: now().getTime() }));
  };

  const look = async (): Promise<void> => {
    for (const type of types) {
      await lookAt(type).catch((error: unknown) =>
        log.warn({ err: error, eventType: type }, 'stream not looked after'),
      );
    }
  };

  return {
    look,
    stalled: watch.stalled,
    start: () => {
      timer = setInterval(() => void look(), EVERY_MS);
      timer.unref();
    },
    stop: () => clearInterval(timer),
  };
}

function createMetrics(registry: Registry) {
  const registers = [registry];
  return {
    lag: new Gauge({
      name: 'soc_event_group_lag',
      help: 'Stream entries (frames of one or more events) a consumer group has not acknowledged.',
      labelNames: ['type', 'group'],
      registers,
    }),
    stalled: new Gauge({
      name: 'soc_event_group_stalled',
      help: '1 for a consumer group that has entries to handle and does not go on.',
      labelNames: ['type', 'group'],
      registers,
    }),
    bytes: new Gauge({
      name: 'soc_event_stream_bytes',
      help: 'Memory of a stream in Redis.',
      labelNames: ['type'],
      registers,
    }),
  };
}
