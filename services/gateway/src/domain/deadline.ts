/** How long whoever asks waits, in ms; on its way to the services it says what is left. */
export const TIMEOUT_HEADER = 'x-request-timeout-ms';

/** Ten minutes: nobody waits longer for an answer to begin. */
export const MAX_TIMEOUT_MS = 600_000;

/** When a request is to be answered, on the clock of `performance.now()`. */
export interface Deadline {
  readonly atMs: number;
  /** The client set it, and not the endpoint: an instance that misses it has broken no promise of its own. */
  readonly isClients: boolean;
}

/** What a client says in `x-request-timeout-ms`; 'invalid' when it is no whole number of ms within the bounds. */
export function parseTimeoutMs(header: string | readonly string[] | undefined): number | undefined | 'invalid' {
  if (header === undefined) return undefined;
  if (typeof header !== 'string' || !/^[1-9]\d{0,5}$/.test(header)) return 'invalid';
  const timeoutMs = Number(header);
  return timeoutMs <= MAX_TIMEOUT_MS ? timeoutMs : 'invalid';
}

/** The sooner of what the client waits for and what the endpoint may take; undefined where there is no such bound. */
export function deadlineOf(
  clientsAtMs: number | undefined,
  { startMs, limitMs }: { readonly startMs: number; readonly limitMs: number | undefined },
): Deadline | undefined {
  const endpointsAtMs = limitMs === undefined ? Number.POSITIVE_INFINITY : startMs + limitMs;
  if (clientsAtMs !== undefined && clientsAtMs < endpointsAtMs) return { atMs: clientsAtMs, isClients: true };
  return limitMs === undefined ? undefined : { atMs: endpointsAtMs, isClients: false };
}
