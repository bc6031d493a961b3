/**
 * Why a message is turned away at the door. `tampered`: the tag does not verify, so the frame or its header was altered.
 * `unknown_key`: no key of the ring seals under that id. `forged`: it speaks as a service that does not own the type.
 * `stale`: made before what the inbox remembers, so that nobody could tell whether it was handled. `from_the_future`: made
 * more than a day ahead of the clock. `unknown_version`: of the frame or of the schema. `invalid`: not what its contract says.
 */
export type RefusalReason =
  | 'tampered'
  | 'unknown_key'
  | 'forged'
  | 'stale'
  | 'from_the_future'
  | 'unknown_version'
  | 'invalid';

export interface Refusal {
  readonly refusal: RefusalReason;
  /** For a person. */
  readonly reason: string;
}

/** A message that was turned away. */
export interface RefusedMessage extends Refusal {
  readonly type: string;
  /** The event's own id, or the hash of a frame that could not be opened. */
  readonly eventId: string;
}
