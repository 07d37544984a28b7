-- Text that every reader takes: no control characters, no broken UTF-8, no end, nothing that looks like a date.

-- Bytes of 128 and above that are no UTF-8 become U+FFFD.
local function valid_utf8(run)
  local out, at, bytes = {}, 1, { run:byte(1, -1) }
  while at <= #bytes do
    local b1, b2 = bytes[at], bytes[at + 1] or 0
    local length = (b1 >= 0xC2 and b1 <= 0xDF) and 2 or (b1 >= 0xE0 and b1 <= 0xEF) and 3
      or (b1 >= 0xF0 and b1 <= 0xF4) and 4 or 0
    local fine = length > 0 and not (b1 == 0xE0 and b2 < 0xA0) and not (b1 == 0xED and b2 > 0x9F)
      and not (b1 == 0xF0 and b2 < 0x90) and not (b1 == 0xF4 and b2 > 0x8F)
    for offset = 1, length - 1 do
      local byte = bytes[at + offset]
      fine = fine and byte ~= nil and byte >= 0x80 and byte <= 0xBF
    end
    if fine then
      out[#out + 1] = run:sub(at, at + length - 1)
      at = at + length
    else
      out[#out + 1] = "\239\191\189"
      at = at + 1
    end
  end
  return table.concat(out)
end

-- In parts, for a function takes no more than some thousand bytes as arguments.
local function utf8_only(text)
  if not text:find("[\128-\255]") then
    return text
  end
  return (text:gsub("[\128-\255]+", function(run)
    if #run <= 4096 then
      return valid_utf8(run)
    end
    local out, at = {}, 1
    while at <= #run do
      local last = math.min(at + 4095, #run)
      while last < #run and last > at + 4000 and run:byte(last + 1) < 0xC0 do
        last = last - 1
      end
      out[#out + 1] = valid_utf8(run:sub(at, last))
      at = last + 1
    end
    return table.concat(out)
  end))
end

-- Without ANSI colours and control characters.
local function plain(text)
  if not text:find("[%z\1-\8\11-\31\127-\255]") then
    return text
  end
  if text:find("[%z\1-\8\11-\31\127]") then
    text = text:gsub("\27%[[%d;?]*[ -/]*[@-~]", ""):gsub("\27%][^\7\27]*\7?", "")
    text = text:gsub("[%z\1-\8\11-\31\127]", "")
  end
  return utf8_only(text)
end

-- The first bytes of a text, without half a character at the end.
local function shortened(text, limit)
  if #text <= limit then
    return text
  end
  while limit > 0 and text:byte(limit + 1) >= 0x80 and text:byte(limit + 1) < 0xC0 do
    limit = limit - 1
  end
  return text:sub(1, limit)
end

-- The same, and says how much is missing, counting what was left out before.
local function cut(text, limit, left_out)
  if #text > limit then
    local length = #text
    text = shortened(text, limit)
    left_out = (left_out or 0) + length - #text
  end
  if left_out then
    return text .. " [cut: " .. left_out .. " bytes more]"
  end
  return text
end

-- What OpenSearch's date detection takes for a date, wholly: strict_date_optional_time or yyyy/MM/dd HH:mm:ss Z.
local function like_a_date(text)
  return #text <= 80 and (text:find("^[+-]?%d%d%d%d+%-%d%d$") or text:find("^[+-]?%d%d%d%d+%-%d%d%-%d%d$")
    or text:find("^[+-]?%d%d%d%d+T") or text:find("^[+-]?%d%d%d%d+%-%d%dT")
    or text:find("^[+-]?%d%d%d%d+%-%d%d%-%d%dT") or text:find("^[+-]?%d+/%d+/%d+[%d/:%s.+%-Z]*$")) ~= nil
end

-- A space before it keeps it text; a first line that is only a date would else make `body` a date, for a week.
local function never_a_date(text)
  return like_a_date(text) and " " .. text or text
end

local DAYS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function is_date(text)
  local year, month, day, rest = text:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)(.*)$")
  year, month, day = tonumber(year), tonumber(month), tonumber(day)
  if not year or year < 1 or month < 1 or month > 12 or day < 1 then
    return false
  end
  local leap = month == 2 and (year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0))
  if day > DAYS[month] + (leap and 1 or 0) then
    return false
  elseif rest == "" then
    return true
  end
  local hour, minute, after = rest:match("^T(%d%d):(%d%d)(.*)$")
  if not hour or tonumber(hour) > 23 or tonumber(minute) > 59 then
    return false
  end
  local second, later = after:match("^:(%d%d)(.*)$")
  if second then
    if tonumber(second) > 59 then
      return false
    end
    after = later
    local fraction, zone = after:match("^%.(%d+)(.*)$")
    if fraction then
      if #fraction > 9 then
        return false
      end
      after = zone
    end
  end
  local zone_hour, zone_minute = after:match("^[+-](%d%d):(%d%d)$")
  return after == "" or after == "Z" or (zone_hour ~= nil and tonumber(zone_hour) <= 14 and tonumber(zone_minute) <= 59)
end

return { plain = plain, utf8_only = utf8_only, cut = cut, is_date = is_date, never_a_date = never_a_date,
         shortened = shortened }
