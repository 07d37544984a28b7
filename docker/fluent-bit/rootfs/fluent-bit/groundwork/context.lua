-- Finds what OpenTelemetry's log data model has a name for: severity, trace and span, and the message itself.

local fields = require("fields")

local NUMBERS = { TRACE = 1, DEBUG = 5, INFO = 9, WARN = 13, ERROR = 17, FATAL = 21 }
local WORDS = {}
for level, words in pairs({
  TRACE = "trace trc finest", DEBUG = "debug dbug dbg fine finer verbose vrb config",
  INFO = "info information informational inf notice", WARN = "warn warning wrn",
  ERROR = "error err eror severe", FATAL = "fatal ftl critical crit emergency emerg alert panic dpanic",
}) do
  for word in words:gmatch("%a+") do
    WORDS[word] = level
  end
end
local IN_TEXT = {} -- words that mean a level also in the midst of a line, when in capitals
for word in ("trace debug info notice warn warning error severe fatal critical"):gmatch("%a+") do
  IN_TEXT[word:upper()] = WORDS[word]
end

local LEVEL_KEYS = { level = true, severity = true, lvl = true, levelname = true, log_level = true, loglevel = true,
                     severity_text = true, severitytext = true, severity_number = true, severitynumber = true,
                     levelno = true, l = true, level_name = true }

local function level_of(key, kind, value)
  if kind == "str" then
    local word = value:match("^%s*(%a+)")
    local level = word and WORDS[word:lower()]
    if level and #value < 20 then
      return level
    end
    kind, value = value:find("^%d+$") and "number" or kind, value
  end
  local n = kind == "number" and tonumber(value)
  if not n then
    return nil
  end
  if key == "severity_number" or key == "severitynumber" then
    return n >= 21 and "FATAL" or n >= 17 and "ERROR" or n >= 13 and "WARN" or n >= 9 and "INFO" or n >= 5 and "DEBUG"
      or n >= 1 and "TRACE" or nil
  elseif key == "levelno" then -- Python's
    return n >= 50 and "FATAL" or n >= 40 and "ERROR" or n >= 30 and "WARN" or n >= 20 and "INFO" or "DEBUG"
  elseif n >= 10 then -- pino's and bunyan's
    return n >= 60 and "FATAL" or n >= 50 and "ERROR" or n >= 40 and "WARN" or n >= 30 and "INFO" or n >= 20 and "DEBUG"
      or "TRACE"
  elseif n >= 0 and n <= 7 then -- syslog's
    return n <= 2 and "FATAL" or n == 3 and "ERROR" or n == 4 and "WARN" or n <= 6 and "INFO" or "DEBUG"
  end
  return nil
end

local function level_in_text(line)
  if line:find("^panic: ") or line:find("^fatal error: ") then
    return "FATAL"
  end
  local start = line:sub(1, 160)
  local said = start:match("%f[%w]level=\"?(%a+)") or start:match("%f[%w]lvl=\"?(%a+)") or start:match("^(%a+):%s")
    or start:match("^%[(%a+)%]")
  if said and WORDS[said:lower()] then
    return WORDS[said:lower()]
  end
  local letter = start:match("^([IWEF])%d%d%d%d %d%d:%d%d") -- glog, klog
  if letter then
    return ({ I = "INFO", W = "WARN", E = "ERROR", F = "FATAL" })[letter]
  end
  for word in start:gmatch("%f[%w]%u+%f[%W]") do
    if IN_TEXT[word] then
      return IN_TEXT[word]
    end
  end
  for word in start:gmatch("%[(%a+)%]") do
    if WORDS[word:lower()] then
      return WORDS[word:lower()]
    end
  end
  if line:find("Traceback (most recent call last):", 1, true) or line:find("\n%s+at ") or line:find("^%S*Error: ")
    or line:find("^Exception in thread ") or line:find("^Uncaught ") or line:find("^%S+Exception: ") then
    return "ERROR"
  end
  return nil
end

local TRACE_KEYS = { trace_id = true, traceid = true, trace = true, oteltraceid = true, otel_trace_id = true,
                     dd_trace_id = true, x_amzn_trace_id = true, xray_trace_id = true, aws_xray_trace_id = true,
                     traceparent = true, amzn_trace_id = true }
local SPAN_KEYS = { span_id = true, spanid = true, otelspanid = true, otel_span_id = true, dd_span_id = true }

-- Hexadecimal digits of a decimal number, which may be past what a Lua number holds exactly.
local function hexadecimal(decimal, width)
  local digits, out = { decimal:byte(1, -1) }, {}
  for at = 1, #digits do
    digits[at] = digits[at] - 48
  end
  for place = width, 1, -1 do
    local rest = 0
    for at = 1, #digits do
      rest = rest * 10 + digits[at]
      digits[at] = math.floor(rest / 16)
      rest = rest % 16
    end
    out[place] = ("%x"):format(rest)
  end
  return table.concat(out)
end

-- Trace and span of a value in the form of W3C, X-Ray, Datadog or plain hexadecimal digits.
local function trace_of(key, value)
  local trace, span = value:match("^%x%x%-(%x+)%-(%x+)%-%x%x$")
  if trace and #trace == 32 and #span == 16 then
    return trace:lower(), span:lower()
  end
  local time, rest = value:match("1%-(%x+)%-(%x+)")
  if time and #time == 8 and #rest == 24 then
    local parent = value:match("Parent=(%x+)")
    return (time .. rest):lower(), parent and #parent == 16 and parent:lower() or nil
  end
  if key:find("^dd_") and value:find("^%d+$") and #value <= 20 then
    return hexadecimal(value, 32)
  end
  local plain_hex = value:match("^%x+$")
  if plain_hex and #plain_hex == 32 then
    return plain_hex:lower()
  elseif plain_hex and #plain_hex == 16 and key ~= "trace" then
    return ("0"):rep(16) .. plain_hex:lower()
  end
  return nil
end

local function span_of(key, value)
  if key:find("^dd_") and value:find("^%d+$") and #value <= 20 then
    return hexadecimal(value, 16)
  end
  local hex = value:match("^%x+$")
  return hex and #hex == 16 and hex:lower() or nil
end

local MESSAGE_KEYS = { "message", "msg", "event", "body", "@m" }

-- Takes what has a fixed name; true when it is not to be stored under its own.
local function lift(shape, path, kind, value)
  if kind ~= "str" and kind ~= "number" then
    return false
  end
  local key = path:lower():gsub("[^%w]+", "_"):gsub("^_+", ""):gsub("_+$", "")
  if LEVEL_KEYS[key] then
    local level = level_of(key, kind, value)
    if level then
      shape.level = kind == "str" and level or shape.level or level
      return true
    end
  elseif TRACE_KEYS[key] then
    local trace, span = trace_of(key, value)
    if trace then
      shape.trace, shape.span = shape.trace or trace, shape.span or span
      return true
    end
  elseif SPAN_KEYS[key] then
    local span = span_of(key, value)
    if span then
      shape.span = shape.span or span
      return true
    end
  elseif kind == "str" and not path:find(".", 1, true) or path == "@m" then
    for rank, name in ipairs(MESSAGE_KEYS) do
      if path == name and rank < (shape.message_rank or 99) then
        if shape.message then
          fields.add(shape.fields, shape.message_key, "str", shape.message)
        end
        shape.message, shape.message_rank, shape.message_key = value, rank, path
        return true
      end
    end
  end
  return false
end

return { NUMBERS = NUMBERS, level_in_text = level_in_text, lift = lift }
