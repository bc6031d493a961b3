import type { Result } from 'ioredis';

declare module 'ioredis' {
  // The parameters must be named as in the declaration that is merged.
  interface RedisCommander<Context> {
    /** How many of `count` are granted, requests left, milliseconds until the next, milliseconds until all are back. */
    takeRequests: (
      key: string,
      intervalUs: number,
      burst: number,
      count: number,
    ) => Result<[number, number, number, number], Context>;
  }
}

/**
 * The generic cell rate algorithm: one number a key, the time at which the next request would be due if all came evenly.
 * A request may be early by `burst` intervals. The clock is Redis's, so that gateways need not agree on theirs.
 */
export const TAKE_REQUESTS = `
local interval, burst, count = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local due = math.max(tonumber(redis.call('GET', KEYS[1])) or now, now)
local granted = math.min(count, math.floor((now + burst * interval - due) / interval))
if granted < 1 then
  return { 0, 0, math.ceil((due + interval - burst * interval - now) / 1000), math.ceil((due - now) / 1000) }
end
local nextDue = due + granted * interval
redis.call('SET', KEYS[1], string.format('%.0f', nextDue), 'PX', math.ceil((nextDue - now) / 1000))
return { granted, math.floor((now + burst * interval - nextDue) / interval), 0, math.ceil((nextDue - now) / 1000) }
`;
