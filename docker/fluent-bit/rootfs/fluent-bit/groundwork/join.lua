-- Joins what one log call wrote: the 16 KB pieces that Docker makes of a long line, and the lines of a stack trace.
-- Fluent Bit's multiline filter would do both, but re-emits each record from memory, and loses them when that is full.
-- State is kept per container and stream; a tick (an input of its own) sends what waited for more lines long enough.

local MAX_BYTES = 262144 -- of one joined record; the rest is left out, and the record says so
local MAX_OPEN = 64 -- long lines whose end has not come yet
local PATIENCE = 1 -- seconds

local open = {} -- by container and stream: a head of a stack trace that waits for its next lines
local pieces = {} -- by Docker's partial_id: a long line that waits for its next piece
local pieces_open = 0

local function append(entry, text, separator)
  entry.last = os.time()
  if entry.bytes + #text > MAX_BYTES then
    entry.left_out = entry.left_out + #text
    text = ""
  else
    text = separator .. text
  end
  if text ~= "" then
    entry.parts[#entry.parts + 1] = text
    entry.bytes = entry.bytes + #text
  end
end

local function entry_of(record, text)
  local entry = { record = record, parts = {}, bytes = 0, left_out = 0, blank = false }
  if #text > MAX_BYTES then
    entry.left_out = #text - MAX_BYTES
    text = text:sub(1, MAX_BYTES)
  end
  append(entry, text, "")
  return entry
end

local function close(entry)
  local record = entry.record
  record.log = table.concat(entry.parts)
  if entry.left_out > 0 then
    record.left_out = entry.left_out
  end
  return record
end

local HEADS = { "Error", "ERROR", "Exception", "Traceback", "panic: ", "fatal error: ", "Throwable", "CRITICAL",
                "FATAL", "SEVERE", "Caused by: ", "Uncaught", "Unhandled", "stack trace" }

-- The kind of trace that a line may begin, or nil. A line of JSON has its own line breaks within it.
local function kind_of(line)
  local first = line:match("^%s*(.)")
  if not first or first == "{" then
    return nil
  end
  if line:find("panic: ", 1, true) or line:find("fatal error: ", 1, true) then
    return "go"
  elseif line:find("Traceback (most recent call last):", 1, true) then
    return "python"
  elseif line:find("^/%S+:%d+$") or line:find("^file://%S+:%d+$") or line:find("^node:%S+:%d+$") then
    return "node"
  end
  local start = line:sub(1, 2000)
  for _, word in ipairs(HEADS) do
    if start:find(word, 1, true) then
      return "any"
    end
  end
  return nil
end

local function continues(entry, line)
  if line:find("^%s*$") then
    return "blank"
  end
  local kind = entry.kind
  if line:find("^%s") or line:find("^Caused by: ") or line:find("^Suppressed: ") or line:find("^%.%.%. %d+ more") then
    return true
  end
  if line:find("^Traceback %(most recent call last%):") then
    if entry.ended then
      return false
    end
    entry.kind = "python"
    return true
  end
  if kind == "python" then
    if line:find("^During handling of the above exception") or line:find("^The above exception was the direct cause") then
      entry.ended = false
      return true
    end
    -- The exception itself, "ValueError: no" or "KeyboardInterrupt", ends the trace; a cause may follow a blank line.
    if not entry.ended and not entry.blank and (line:find("^[%a_][%w_%.]*: ") or line:find("^[%a_][%w_%.]*:?$")) then
      entry.ended = true
      return true
    end
    return false
  elseif kind == "go" then
    return line:find("^goroutine %d+ ") ~= nil or line:find("^created by ") ~= nil or line:find("^%[signal ") ~= nil
      or line:find("^[%w_%./%*%-%%]+[%w_%./%*%-%%%(%)%{%}]*%(.*%)$") ~= nil or line:find("^exit status %d+$") ~= nil
      or line:find("^panic: ") ~= nil
  elseif kind == "node" then
    return line:find("^%^") ~= nil or line:find("^[%w_%.]*Error") ~= nil or line:find("^Node%.js v") ~= nil
      or line:find("^[}%]]") ~= nil or line:find("^[%w_]*Exception") ~= nil or line:find("^throw ") ~= nil
  end
  -- "ERROR it failed", then "java.lang.IllegalStateException: no"
  if line:find("^[%w_%.%$]+Exception") or line:find("^[%w_%.%$]*Error:") or line:find("^[%w_%.%$]*Error$") then
    return not entry.blank and not entry.named
  end
  if line:find("^Node%.js v") or line:find("^}$") then
    return true
  end
  return false
end

local function trace(key, record, line, out)
  local entry = open[key]
  if entry then
    local more = continues(entry, line)
    if more == "blank" then
      entry.blank = true -- part of the trace only when more of it follows
      entry.last = os.time()
      return
    elseif more then
      if entry.blank then
        append(entry, "", "\n")
        entry.blank = false
      end
      append(entry, line, "\n")
      if line:find("^[%w_%.%$]") then
        entry.named = true
      end
      return
    end
    out[#out + 1] = close(entry)
    open[key] = nil
  end
  local kind = kind_of(line)
  if kind then
    entry = entry_of(record, line)
    entry.kind = kind
    entry.named = line:find("^[%w_%.%$]*Error") ~= nil or line:find("^[%w_%.%$]*Exception") ~= nil
    open[key] = entry
  else
    out[#out + 1] = record
  end
end

-- The line that a piece completes; nil while more pieces are to come.
local function whole(key, record)
  local id = key .. tostring(record.partial_id)
  local entry = pieces[id]
  if not entry then
    if pieces_open >= MAX_OPEN then
      return record
    end
    entry = entry_of(record, record.log)
    pieces[id] = entry
    pieces_open = pieces_open + 1
  else
    append(entry, record.log, "")
  end
  if tostring(record.partial_last) ~= "true" then
    return nil
  end
  pieces[id] = nil
  pieces_open = pieces_open - 1
  return close(entry)
end

local function tick(out)
  local now = os.time()
  for id, entry in pairs(pieces) do
    if now - entry.last > PATIENCE then
      out[#out + 1] = close(entry)
      pieces[id] = nil
      pieces_open = pieces_open - 1
    end
  end
  for key, entry in pairs(open) do
    if now - entry.last > PATIENCE then
      out[#out + 1] = close(entry)
      open[key] = nil
    end
  end
end

local function result(out, time)
  if #out == 0 then
    return -1, time, {}
  elseif #out == 1 then
    return 2, time, out[1]
  end
  return 2, time, out
end

-- Called by Fluent Bit for each record; may give none, one or two of them. Each carries its own tag and time, for
-- a tick has others.
function join(tag, time, record)
  local out = {}
  if tag == "groundwork-firelens-tick" then
    tick(out)
    return result(out, time)
  end
  record.tag, record.sec, record.nsec = tag, time.sec, time.nsec
  if type(record.log) ~= "string" then
    return 2, time, record
  end
  local key = tag .. " " .. tostring(record.source) .. " "
  local ok = pcall(function()
    local complete = record
    if record.partial_message ~= nil and tostring(record.partial_message) == "true" then
      complete = whole(key, record)
      if not complete then
        return
      end
    end
    local line = complete.log:gsub("[\r\n]+$", "")
    complete.log = line
    if complete.left_out then
      out[#out + 1] = complete
    else
      trace(key, complete, line, out)
    end
  end)
  if not ok then
    out[#out + 1] = record -- a line is never lost
  end
  return result(out, time)
end
