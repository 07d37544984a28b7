-- Takes a line of JSON or of key=value apart.

local context, fields, json, secrets = require("context"), require("fields"), require("json"), require("secrets")

local MAX_DEPTH = 5

local function flatten(shape, text, at, path, depth)
  return json.object_at(text, at, function(key, from)
    local here = path == "" and key or path .. "." .. key
    local kind, value, after = json.scalar_at(text, from)
    if kind == "object" and depth < MAX_DEPTH and not secrets.is_confidential(key) then
      return flatten(shape, text, from, here, depth + 1)
    elseif kind == "object" or kind == "array" then
      after = json.skip(text, from, depth)
      kind, value = "str", text:sub(from, after - 1)
    elseif context.lift(shape, here, kind, value) then
      return after
    end
    fields.add(shape.fields, here, kind, value)
    return after
  end)
end

local function from_json(line)
  local shape = { fields = fields.new() }
  local at = json.space(line, flatten(shape, line, line:find("{", 1, true), "", 1))
  if at <= #line then
    error("not JSON")
  end
  return shape
end

-- key=value pairs; nil when a line has fewer than two.
local function from_logfmt(line)
  local shape, pairs_found, at = { fields = fields.new() }, 0, 1
  while true do
    local from, key_end, key = line:find("%f[^%s%z]([%w_.%-@]+)=", at)
    if not from then
      break
    end
    local value, after
    if line:byte(key_end + 1) == 34 then
      local closing = line:find('"', key_end + 2, true)
      while closing and line:byte(closing - 1) == 92 do
        closing = line:find('"', closing + 1, true)
      end
      closing = closing or #line + 1
      value, after = line:sub(key_end + 2, closing - 1):gsub("\\(.)", "%1"), closing + 1
    else
      value = line:match("^%S*", key_end + 1)
      after = key_end + 1 + #value
    end
    local kind = "str"
    if value:find("^%-?%d+$") and not value:find("^%-?0%d") or value:find("^%-?%d+%.%d+$") then
      kind = "number"
    elseif value == "true" or value == "false" then
      kind = "bool"
    end
    if not context.lift(shape, key, kind, value) then
      fields.add(shape.fields, key, kind, value)
    end
    pairs_found, at = pairs_found + 1, after
  end
  return pairs_found >= 2 and shape or nil
end

return { from_json = from_json, from_logfmt = from_logfmt }
