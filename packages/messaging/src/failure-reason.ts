const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/;
const NAME = /^[A-Z]\w{0,60}Error$/;
const KIND = /^(?:SQLSTATE [0-9A-Z]{5}|[A-Z]\w{0,60}Error)(?=: )/;

function kindOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (SQLSTATE.test(code)) return `SQLSTATE ${code}`;
  return NAME.test(error.name) && error.name !== 'NonRetryableError' ? error.name : '';
}

/**
 * Why a handler failed, in words: SQLSTATE or the name of the error, if it has one of its own, and its message, which may
 * hold values of the payload.
 */
export function failureReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const kind = kindOf(error);
  if (kind) return `${kind}: ${error.message}`;
  // What only looks like a kind is a part of the message, and shall not be taken for one below.
  return KIND.test(error.message) ? `Error: ${error.message}` : error.message;
}

/** What of a reason holds no value of a payload: its code, and the SQLSTATE or name of the error if there is one. */
export function safeReason(reasonCode: string, reason: string): string {
  const kind = KIND.exec(reason)?.[0];
  return kind ? `${reasonCode}: ${kind}` : reasonCode;
}
