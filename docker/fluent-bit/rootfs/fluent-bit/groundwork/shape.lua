-- Makes a record out of a line: what is stored in OpenSearch, as docs/logging.md describes it.
-- It leaves as JSON text, which a parser turns into fields, since only so 1.0 stays a float and an int64 exact.

package.path = debug.getinfo(1, "S").source:match("^@(.*/)") .. "?.lua"
local context, copies, fields, json = require("context"), require("copies"), require("fields"), require("json")
local noise, secrets, structure, text = require("noise"), require("secrets"), require("structure"), require("text")

local MAX_BODY = 262144 -- bytes
local SERVICE, ENVIRONMENT = os.getenv("SERVICE") or "unknown", os.getenv("ENVIRONMENT") or "unknown"
local PARSER = os.getenv("PARSER")

-- The record as JSON text; `own` are the application's fields.
local function rendered(record, body, level, trace, span, own, copy)
  local container, task_id = record.tag:match("^(.*)%-firelens%-(.*)$")
  container, task_id = container or record.tag, task_id or "unknown"
  local out = { '"body":' .. json.quoted(text.never_a_date(body)) }
  if level then
    out[#out + 1] = '"severity_text":"' .. level .. '"'
    out[#out + 1] = '"severity_number":' .. context.NUMBERS[level]
  end
  if trace then
    out[#out + 1] = '"trace_id":"' .. trace .. '"'
  end
  if span then
    out[#out + 1] = '"span_id":"' .. span .. '"'
  end
  for key, value in pairs({ service_name = SERVICE, environment = ENVIRONMENT, container = container,
                            task_id = task_id }) do
    out[#out + 1] = json.quoted(key) .. ":" .. json.quoted(value)
  end
  for _, field in ipairs(own and own.out or {}) do
    out[#out + 1] = field
  end
  local overflow = own and fields.overflow_text(own)
  if overflow then
    out[#out + 1] = '"overflow":' .. json.quoted(overflow)
  end
  if copy then
    out[#out + 1] = '"copy":' .. json.quoted(copy)
    out[#out + 1] = '"copy_tag":' .. json.quoted(container .. "/" .. task_id)
  end
  return "{" .. table.concat(out, ",") .. "}"
end

local function made(record)
  local line = record.log
  if type(line) ~= "string" then
    line = line == nil and "" or tostring(line)
  end
  line = text.plain(line)
  if not line:find("%S") then
    return nil
  end
  local shape
  if PARSER ~= "text" and not record.left_out and line:find("^%s*{") then
    local ok, parsed = pcall(structure.from_json, line)
    shape = ok and parsed or nil
  elseif PARSER == "logfmt" then
    local ok, parsed = pcall(structure.from_logfmt, line)
    shape = ok and parsed or nil
  end
  local level = shape and shape.level
  if not shape then
    level = context.level_in_text(line)
  end
  if noise.is_noise(line, level) then
    return nil
  end
  local body
  if shape and shape.message and shape.message:find("%S") then
    body = text.cut(secrets.masked(text.plain(shape.message)), MAX_BODY)
  end
  local is_copied, remark = copies.take(level, record.source)
  local safe = (is_copied or not body) and text.cut(secrets.masked(line), MAX_BODY, record.left_out)
  return rendered(record, body or safe, level, shape and shape.trace, shape and shape.span, shape and shape.fields,
    is_copied and safe .. remark)
end

-- Called by Fluent Bit for each record of join.lua. A line is never lost: one that the above fails on is stored
-- as it is, without fields.
function shape(_, time, record)
  record.tag = type(record.tag) == "string" and record.tag or "unknown-firelens-unknown"
  local at = record.sec and { sec = record.sec, nsec = record.nsec } or time
  local ok, written = pcall(made, record)
  if not ok then
    local fine, body = pcall(function()
      return text.utf8_only((tostring(record.log):sub(1, MAX_BODY):gsub("[%z\1-\8\11-\31\127]", "")))
    end)
    local safe, hidden = pcall(secrets.masked, fine and body or "")
    written = rendered(record, safe and hidden or body, nil, nil, nil, nil, nil)
  end
  if not written then
    return -1, at, {}
  end
  return 1, at, { log = written }
end
