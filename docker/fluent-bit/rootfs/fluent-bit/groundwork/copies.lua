-- Decides what is copied to CloudWatch, where a deployment's judge, `groundwork run` and migrations find the last lines.

local COPIES_AT_ONCE, COPIES_PER_SECOND = 100, 5
local JOB = os.getenv("JOB") == "true"

local bucket, filled_at, held_back = COPIES_AT_ONCE, os.time(), 0

-- True for a record to copy, and what to say behind it: errors, what standard error says without a level, and all
-- that a job says.
local function take(level, source)
  if JOB then
    return true, ""
  end
  if level ~= "ERROR" and level ~= "FATAL" and not (level == nil and source == "stderr") then
    return false
  end
  local now = os.time()
  bucket = math.min(COPIES_AT_ONCE, bucket + math.max(0, now - filled_at) * COPIES_PER_SECOND)
  filled_at = now
  if bucket < 1 then
    held_back = held_back + 1
    return false
  end
  bucket = bucket - 1
  local before = held_back
  held_back = 0
  return true, before > 0 and "\n[" .. before .. " records before this one are in OpenSearch only]" or ""
end

return { take = take }
