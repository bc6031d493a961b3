/** What the order of events is decided by. */
export interface Ordered {
  readonly subject: string;
  /** The place the publisher gave it among the events of its outbox; absent when it did not come through one. */
  readonly sequence?: number | undefined;
}

/** Events of a batch that may be handled now, and those that must wait behind an earlier event of their subject. */
export interface OrderedBatch<E extends Ordered> {
  readonly now: readonly E[];
  readonly behind: readonly E[];
}

/** A subject with a failed event waits: what comes later of it is put behind that event, other subjects go on. */
export function divideBatch<E extends Ordered>(
  waiting: { readonly has: (subject: string) => boolean },
  events: readonly E[],
): OrderedBatch<E> {
  return {
    now: events.filter(({ subject }) => !waiting.has(subject)),
    behind: events.filter(({ subject }) => waiting.has(subject)),
  };
}

/**
 * The events subject by subject, each subject in the order of its publisher. Events read from several streams come in no
 * order of their own: there the publisher's sequence decides. Where one has none, the order of arrival stands.
 */
export function inOrder<E extends Ordered>(events: readonly E[]): readonly E[] {
  const subjects = Map.groupBy(events, ({ subject }) => subject);
  return [...subjects.values()].flatMap((group) =>
    group.every(({ sequence }) => sequence !== undefined)
      ? group.toSorted((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0))
      : group,
  );
}

/**
 * The events in few runs of one type each: handled run by run, each subject keeps its order. Most often it is one run for
 * each type, such as all that were created and then all that were updated.
 */
export function runsByType<E extends Ordered & { readonly type: string }>(
  events: readonly E[],
): readonly (readonly E[])[] {
  const queues = [...Map.groupBy(events, ({ subject }) => subject).values()].map((queue) => [...queue]);
  const runs: E[][] = [];
  for (let first = queues.find((queue) => queue.length > 0)?.[0]; first;) {
    const { type } = first;
    const run: E[] = [];
    for (const queue of queues) {
      const end = queue.findIndex((event) => event.type !== type);
      run.push(...queue.splice(0, end === -1 ? queue.length : end));
    }
    runs.push(run);
    first = queues.find((queue) => queue.length > 0)?.[0];
  }
  return runs;
}
