import { z } from 'zod';

/** At least 12 characters (NIST SP 800-63B asks for length, not for kinds of characters); bounded because hashing costs by length. */
export const NewPassword = z.string().min(12).max(256);

/** A name people read, on one line. */
export const DisplayName = z
  .string()
  .trim()
  .min(1)
  .max(128)
  // `\p{Cc}`, spelt out for readers of the document whose patterns know no classes of Unicode.
  // oxlint-disable-next-line no-control-regex -- to keep them out
  .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/u, 'must be one line without control characters');

/** An e-mail address; upper and lower case are the same account. */
export const AccountEmail = z.email().max(254);
