import { countOf } from './frame.ts';

/** A frame that was read and is not acknowledged. */
export interface HeldFrame {
  readonly id: string;
  readonly frame: Buffer;
}

/** Frames that were read ahead, in order, counted by their events. */
export interface FrameBuffer {
  readonly events: () => number;
  readonly add: (frames: readonly HeldFrame[]) => void;
  /** The next frames with up to so many events together, at least one frame when there is any. */
  readonly take: (mostEvents: number) => readonly HeldFrame[];
}

export function createFrameBuffer(): FrameBuffer {
  let frames: HeldFrame[] = [];
  let events = 0;
  return {
    events: () => events,
    add: (added) => {
      for (const one of added) {
        frames.push(one);
        events += countOf(one.frame);
      }
    },
    take: (mostEvents) => {
      let taken = 0;
      let size = 0;
      for (const { frame } of frames) {
        const count = countOf(frame);
        if (taken > 0 && size + count > mostEvents) break;
        taken += 1;
        size += count;
      }
      const next = frames.slice(0, taken);
      frames = frames.slice(taken);
      events -= size;
      return next;
    },
  };
}
