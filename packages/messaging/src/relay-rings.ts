/** Rings of the bell, each answered only after a while: the rows of a process that keeps up are gone by then. */
export interface RelayRings {
  /** Returns at once. */
  readonly ring: () => void;
  /** Whether a ring has been waited out since the last call. */
  readonly take: () => boolean;
}

export function createRelayRings(options: { readonly waitMs: number; readonly onWaited: () => void }): RelayRings {
  const { waitMs, onWaited } = options;
  let timer: NodeJS.Timeout | undefined;
  let hasRung = false;
  let ringsAgain = false;

  /** A ring while one is waited out is waited out in turn: the rows it tells of are too young for the look of the first. */
  const ring = (): void => {
    if (timer) {
      ringsAgain = true;
      return;
    }
    timer = setTimeout(() => {
      timer = undefined;
      hasRung = true;
      onWaited();
      if (ringsAgain) ring();
      ringsAgain = false;
    }, waitMs).unref();
  };

  return {
    ring,
    take: () => {
      const was = hasRung;
      hasRung = false;
      return was;
    },
  };
}
