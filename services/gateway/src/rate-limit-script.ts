import type { Result } from 'ioredis';

/** The index of the rule that is told of, from 1; how many are granted; left; ms until the next; ms until all are back. */
type ScriptGrant = [number, number, number, number, number];

declare module 'ioredis' {
  // The parameters must be named as in the declaration that is merged.
  interface RedisCommander<Context> {
    /** Keys, then how many are wanted, then interval in µs and burst of each key. */
    takeRequests: (keyCount: number, ...keysThenNumbers: (string | number)[]) => Result<ScriptGrant, Context>;
  }
}

/**
 * The generic cell rate algorithm, for all counts of a request in one go: one number a key, the time at which the next request
 * would be due if all came evenly. A request may be early by `burst` intervals. Granted is what every key allows; when that is
 * nothing, nothing is counted. The clock is Redis's, so that gateways need not agree on theirs.
 */
export const TAKE_REQUESTS = `
local granted = tonumber(ARGV[1])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local dues, waiting, waitingUs, waitingDue = {}, 0, -1, now
for i, key in ipairs(KEYS) do
  local interval, burst = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local due = math.max(tonumber(redis.call('GET', key)) or now, now)
  local possible = math.floor((now + burst * interval - due) / interval)
  local untilNext = due + interval - burst * interval - now
  if possible < 1 and untilNext > waitingUs then
    waiting, waitingUs, waitingDue = i, untilNext, due
  end
  granted = math.min(granted, possible)
  dues[i] = due
end
if granted < 1 then
  return { waiting, 0, 0, math.ceil(waitingUs / 1000), math.ceil((waitingDue - now) / 1000) }
end
local told, left, reset = 1, math.huge, 0
for i, key in ipairs(KEYS) do
  local interval, burst = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local nextDue = dues[i] + granted * interval
  local remaining = math.floor((now + burst * interval - nextDue) / interval)
  redis.call('SET', key, string.format('%.0f', nextDue), 'PX', math.ceil((nextDue - now) / 1000))
  if remaining < left then
    told, left, reset = i, remaining, nextDue - now
  end
end
return { told, granted, left, 0, math.ceil(reset / 1000) }
`;
