/** Bounds what is sent again: a service in trouble must not get twice the requests for it. */
export interface RetryBudget {
  /** A request came: it pays in its share. */
  readonly deposit: () => void;
  /** Whether one more request may be sent again; it is paid for when it may. */
  readonly withdraw: () => boolean;
}

/** So that a service that is seldom asked can have a request sent again at all. */
const AT_FIRST = 10;
/** What quiet times can save up for bad ones. */
const AT_MOST = 200;

/** A bucket that gets `percent` hundredths of a token with every request; sending one again takes a whole one. */
export function createRetryBudget(percent: () => number): RetryBudget {
  /** In hundredths, so that nothing is lost to rounding. */
  let hundredths = AT_FIRST * 100;
  return {
    deposit: () => {
      hundredths = Math.min(AT_MOST * 100, hundredths + percent());
    },
    withdraw: () => {
      if (hundredths < 100) return false;
      hundredths -= 100;
      return true;
    },
  };
}
