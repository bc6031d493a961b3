import type { DeadLetter, TrailEntry } from '@soc/contracts';
import { isAllowed, type Principal } from '@soc/identity';
import { safeReason } from '@soc/messaging';

/** Whether somebody may read payloads, and with them the words of a handler that failed over one. */
export const maySeePayloads = (principal: Principal): boolean => isAllowed(principal, 'bus:inspect');

/** A letter as somebody may see it. */
export const disclosedLetter = (letter: DeadLetter, principal: Principal): DeadLetter =>
  maySeePayloads(principal) ? letter : { ...letter, reason: safeReason(letter.reasonCode, letter.reason) };

/** A step of an event's way as somebody may see it; the reasons of people have no code, and are for all. */
export function disclosedEntry(entry: TrailEntry, principal: Principal): TrailEntry {
  const { reason, reasonCode } = entry;
  if (reason === null || reasonCode === null || maySeePayloads(principal)) return entry;
  return { ...entry, reason: safeReason(reasonCode, reason) };
}
