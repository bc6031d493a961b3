import type { Result } from 'ioredis';

declare module 'ioredis' {
  // The parameters must be named as in the declaration that is merged.
  interface RedisCommander<Context> {
    /** Allowed (1 or 0), requests left, milliseconds until the next, milliseconds until all are back. */
    takeRequest: (key: string, intervalUs: number, burst: number) => Result<[number, number, number, number], Context>;
  }
}

/**
 * The generic cell rate algorithm: one number a key, the time at which the next request would be due if all came evenly.
 * A request may be early by `burst` intervals. The clock is Redis's, so that gateways need not agree on theirs.
 */
export const TAKE_REQUEST = `
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local due = math.max(tonumber(redis.call('GET', KEYS[1])) or now, now)
local nextDue = due + interval
local allowedAt = nextDue - burst * interval
if allowedAt > now then
  return { 0, 0, math.ceil((allowedAt - now) / 1000), math.ceil((due - now) / 1000) }
end
redis.call('SET', KEYS[1], string.format('%.0f', nextDue), 'PX', math.ceil((nextDue - now) / 1000))
return { 1, math.floor((now - allowedAt) / interval), 0, math.ceil((nextDue - now) / 1000) }
`;
