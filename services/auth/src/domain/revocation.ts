/** How far the clocks of two replicas may be apart: a token issued a moment ago by the one ahead is revoked all the same. */
const CLOCK_SKEW_S = 1;

/** Longer than the database lets a transaction wait, and with it a token that is being signed inside of one. */
const UNDER_WAY_S = 5 * 60;

/** For a gateway that was away, and for clocks. */
const KEEP_SLACK_S = 60 * 60;

const laterThan = (at: Date, afterS: number): Date => new Date((Math.ceil(at.getTime() / 1000) + afterS) * 1000);

/**
 * The whole second before which the tokens of a person count as issued before the revocation. Later ones are issued at this
 * time or later (`issuedAtS`), so that whoever logs in again within the same second is let in.
 */
export const cutOffOf = (at: Date): Date => laterThan(at, CLOCK_SKEW_S);

/** A session or a key that is over gets no token any more, so one that is under way at this very moment is refused as well. */
export const endOf = (at: Date): Date => laterThan(at, UNDER_WAY_S);

/** `iat` of a token of somebody whose tokens are only valid from a certain time on. */
export const issuedAtS = (at: Date, validFrom: string | null): number =>
  Math.max(Math.floor(at.getTime() / 1000), validFrom === null ? 0 : Math.floor(Date.parse(validFrom) / 1000));

/** Revocations made before this concern no token that is still valid. */
export const forgettableBefore = (at: Date, tokenTtlS: number): Date =>
  new Date(at.getTime() - (tokenTtlS + UNDER_WAY_S + KEEP_SLACK_S) * 1000);
