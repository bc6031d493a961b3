import type { Principal } from '@soc/identity';

/** Whether an account is that of whoever asks, or of who made the API key that asks. */
export const isOwn = ({ subject, makerId }: Principal, userId: string): boolean =>
  userId === subject || userId === makerId;
