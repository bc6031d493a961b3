import type { AlertStatus } from '@soc/contracts';

/** Where an alert may go from each status: forward, and back to work when it was closed. */
const next: Readonly<Record<AlertStatus, readonly AlertStatus[]>> = {
  new: ['triaged', 'investigating', 'closed'],
  triaged: ['investigating', 'closed'],
  investigating: ['closed'],
  closed: ['investigating'],
};

export const isAlertTransition = (from: AlertStatus, to: AlertStatus): boolean => next[from].includes(to);
