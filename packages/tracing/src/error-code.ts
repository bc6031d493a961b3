const CODE = /^[\w.-]{1,64}$/;

/** What a span may tell of an error: its code or its class. Messages have values in them. */
export function errorCodeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'error';
  if ('code' in error && typeof error.code === 'string' && CODE.test(error.code)) return error.code;
  return CODE.test(error.name) ? error.name : 'error';
}
