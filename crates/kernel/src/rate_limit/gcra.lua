-- What `RateLimiter::take` does, in one step for all processes, by the clock of Redis.
-- KEYS[1]: the moment at which the bucket would be empty again, in microseconds
-- ARGV: the time that one takes, how far ahead of its time one may be, and whether to take one
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local step, tolerance = tonumber(ARGV[1]), tonumber(ARGV[2])
local latest = now + tolerance + step
local known = tonumber(redis.call('GET', KEYS[1]) or now)
local arrival = math.min(math.max(known, now), latest)
local allowed = arrival - now <= tolerance
if ARGV[3] == '1' and (allowed or known > latest) then
    if allowed then
        arrival = arrival + step
    end
    local lives_ms = math.ceil((arrival - now) / 1000)
    redis.call('SET', KEYS[1], string.format('%.0f', arrival), 'PX', lives_ms)
end
return {allowed and 1 or 0, arrival - now}
