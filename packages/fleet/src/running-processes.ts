import type { SupervisedProcess } from './supervisor/process-spec.ts';

/** In this order a fleet stops: first who would tell of the rest, what can be made again, the door, then who works, then what they work with. */
const STOP_ORDER = ['monitoring', 'backups', 'gateway', 'service', 'redis', 'replica', 'primary'] as const;
export type ProcessRank = (typeof STOP_ORDER)[number];

/** The processes of a fleet, and the order in which they stop. */
export interface RunningProcesses {
  /** Throws, and stops the process, when the fleet is already stopping. */
  readonly add: (rank: ProcessRank, process: SupervisedProcess) => Promise<void>;
  readonly find: (name: string) => SupervisedProcess | undefined;
  readonly stopAll: (onStopping?: (name: string) => void) => Promise<void>;
  readonly killAll: () => void;
}

export function createRunningProcesses(): RunningProcesses {
  let isStopping = false;
  const running: { readonly rank: ProcessRank; readonly process: SupervisedProcess }[] = [];
  return {
    add: async (rank, process) => {
      if (isStopping) {
        await process.stop();
        throw new Error(`${process.name} is not wanted any more: the fleet is stopping`);
      }
      running.push({ rank, process });
    },
    find: (name) => running.find(({ process }) => process.name === name)?.process,
    stopAll: async (onStopping) => {
      isStopping = true;
      for (const rank of STOP_ORDER) {
        const peers = running.filter((entry) => entry.rank === rank).map(({ process }) => process);
        for (const { name } of peers) onStopping?.(name);
        await Promise.all(peers.map((process) => process.stop()));
      }
    },
    killAll: () => running.forEach(({ process }) => process.forceStop()),
  };
}
