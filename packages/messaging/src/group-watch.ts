import type { GroupState } from './group-state.ts';

/** A group that has something to do and does nothing. */
export interface StalledGroup {
  readonly type: string;
  readonly group: string;
  readonly sinceS: number;
}

export interface GroupWatch {
  /** Takes note of where the groups of a type stand. Resolves with those that have just come to stand still, or go on again. */
  readonly note: (
    type: string,
    groups: readonly GroupState[],
  ) => { readonly stalled: readonly string[]; readonly resumed: readonly string[] };
  readonly stalled: () => readonly StalledGroup[];
  readonly isStalled: (type: string, group: string) => boolean;
}

interface Standing {
  readonly type: string;
  readonly group: string;
  readonly position: string;
  readonly sinceMs: number;
  readonly isStalled: boolean;
}

const isIdle = ({ pending, behind }: GroupState): boolean => pending === 0 && behind === 0;

/**
 * Tells a group that stands still from one that has much to do: of the one that works, the oldest entry it still needs moves
 * on. `stalledAfterMs` without any movement is a stall.
 */
export function createGroupWatch(stalledAfterMs: number, monotonicMs: () => number): GroupWatch {
  const standings = new Map<string, Standing>();
  const stalled = (): readonly Standing[] => [...standings.values()].filter((each) => each.isStalled);

  return {
    note: (type, groups) => {
      const nowMs = monotonicMs();
      const before = new Set(
        stalled()
          .filter((each) => each.type === type)
          .map(({ group }) => group),
      );
      for (const [key, each] of standings) {
        if (each.type === type && !groups.some(({ name }) => name === each.group)) standings.delete(key);
      }
      for (const state of groups) {
        const key = `${type} ${state.name}`;
        const last = standings.get(key);
        const moves = !last || last.position !== state.oldestNeeded || isIdle(state);
        const sinceMs = moves ? nowMs : last.sinceMs;
        standings.set(key, {
          type,
          group: state.name,
          position: state.oldestNeeded,
          sinceMs,
          isStalled: nowMs - sinceMs >= stalledAfterMs && !moves,
        });
      }
      const after = new Set(
        stalled()
          .filter((each) => each.type === type)
          .map(({ group }) => group),
      );
      return {
        stalled: [...after].filter((group) => !before.has(group)),
        resumed: [...before].filter((group) => !after.has(group)),
      };
    },
    stalled: () =>
      stalled().map(({ type, group, sinceMs }) => ({
        type,
        group,
        sinceS: Math.round((monotonicMs() - sinceMs) / 1_000),
      })),
    isStalled: (type, group) => standings.get(`${type} ${group}`)?.isStalled ?? false,
  };
}
