/** Most entries in one read: what is read ahead has to be held in memory. */
const MOST_ENTRIES = 256;
const MOST_BYTES = 8 * 1024 * 1024;
/** What a timer cannot tell from nothing. */
const SHORTEST_GATHER_MS = 2;
const LONGEST_GATHER_MS = 25;

export type Pace = ReturnType<typeof createPace>;

/** How many entries to ask for, and how long to let more gather, from what the last ones were like. */
export function createPace(batchSize: number) {
  let eventsPerEntry = 1;
  let bytesPerEntry = 1_024;
  let batchMs = 0;
  const blend = (before: number, now: number): number => before * 0.8 + now * 0.2;
  return {
    sawEntries: (entries: number, events: number, bytes: number): void => {
      eventsPerEntry = blend(eventsPerEntry, events / entries);
      bytesPerEntry = blend(bytesPerEntry, bytes / entries);
    },
    sawBatch: (tookMs: number): void => {
      batchMs = blend(batchMs, tookMs);
    },
    entriesFor: (events: number): number =>
      Math.max(1, Math.min(MOST_ENTRIES, Math.ceil(events / eventsPerEntry), Math.floor(MOST_BYTES / bytesPerEntry))),
    /**
     * Half of what a batch takes: when batches are quick, an event does not wait (0); when they are slow because the machine
     * is busy, fewer and larger ones spare it reads and transactions.
     */
    gatherMs: (): number => (batchMs / 2 < SHORTEST_GATHER_MS ? 0 : Math.min(batchMs / 2, LONGEST_GATHER_MS)),
    readAhead: batchSize * 2,
  };
}
