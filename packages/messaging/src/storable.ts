/** A text that PostgreSQL takes, whatever a handler's error says: its text holds no NUL, and its jsonb no half of a surrogate pair. */
export const storable = (text: string | undefined): string | null =>
  text?.toWellFormed().replaceAll('\0', '\ufffd') ?? null;
