-- The fields of one record. A field's name ends in its type, so two types never meet in one field; each number of
-- something has a bound, and what is past it is kept as one text, `overflow`.

local json, secrets, text = require("json"), require("secrets"), require("text")

local MAX_TEXT = 32768 -- bytes of one field
local MAX_BYTES = 262144 -- of all of them
local MAX_FIELDS = 100
local MAX_NAMES = 200 -- that one task adds to an index, whose mapping takes 1,000, each text counting twice
local MAX_KEY = 64 -- bytes

local names, names_known = {}, 0 -- that this task added to the index

-- What a key of the application is called, without its type. False for one that looks made up for each record.
local function name_for(path)
  local name = text.plain(path):gsub("[%z\1-\47:-@%[-^`{-\127]+", "_"):gsub("^_+", ""):gsub("_+$", "")
  if name:find("%x%x%x%x%x%x%x%x%-?%x%x%x%x") and name:find("%d") or name:find("%d%d%d%d%d") then
    return false
  end
  name = text.shortened(name, MAX_KEY)
  return name ~= "" and name or "unnamed"
end

local remembered, remembered_count = {}, 0

local function name_of(path)
  local name = remembered[path]
  if name == nil then
    name = name_for(path)
    if remembered_count < 1000 then
      remembered[path], remembered_count = name, remembered_count + 1
    end
  end
  return name
end

-- Kind and JSON text of a number: "int" in the range of int64, "float" in that of a 32-bit float, "str" else.
local function number(word)
  local digits = word:match("^%-?(%d+)$")
  if digits then
    local limit = word:sub(1, 1) == "-" and "9223372036854775808" or "9223372036854775807"
    if #digits < 19 or (#digits == 19 and digits <= limit) then
      return "int", word == "-0" and "0" or word
    end
    return "str", word
  end
  local value = tonumber(word)
  if value ~= value or value > 3.4028e38 or value < -3.4028e38 then
    return "str", word
  end
  local digits_15 = ("%.15g"):format(value)
  return "float", digits_15:find("[.e]") and digits_15 or digits_15 .. ".0"
end

local function new()
  return { out = {}, taken = {}, count = 0, bytes = 0, overflow = {}, overflow_bytes = 0 }
end

local function overflow(fields, path, value)
  local item = json.quoted(text.cut(text.plain(path), 256)) .. ":" .. value
  if fields.overflow_bytes + #item <= MAX_TEXT then
    fields.overflow[#fields.overflow + 1] = item
    fields.overflow_bytes = fields.overflow_bytes + #item
  else
    fields.overflow_left_out = (fields.overflow_left_out or 0) + #item
  end
end

local function add(fields, path, kind, value)
  if kind == "null" then
    return
  end
  if kind == "number" and secrets.is_confidential(path:match("[^.]*$")) then
    kind, value = "str", secrets.HIDDEN
  elseif kind == "number" then
    kind, value = number(value)
  elseif kind == "str" then
    value = text.plain(value)
    if secrets.is_confidential(path:match("[^.]*$")) and value ~= "" then
      value = secrets.HIDDEN
    else
      value = text.cut(secrets.masked(value), MAX_TEXT)
    end
    if text.is_date(value) then
      kind = "date"
    else
      value = text.never_a_date(value)
    end
  end
  local written = (kind == "str" or kind == "date") and json.quoted(value) or value
  local name = name_of(path)
  local full = name and name .. "_" .. kind
  if not full or fields.taken[full] or fields.count >= MAX_FIELDS or fields.bytes + #written > MAX_BYTES
    or (not names[full] and names_known >= MAX_NAMES) then
    overflow(fields, path, written)
    return
  end
  if not names[full] then
    names[full] = true
    names_known = names_known + 1
  end
  fields.taken[full] = true
  fields.count = fields.count + 1
  fields.bytes = fields.bytes + #written
  fields.out[#fields.out + 1] = json.quoted(full) .. ":" .. written
end

-- What did not fit, as the text of a JSON object; nil when all did.
local function overflow_text(fields)
  if #fields.overflow == 0 then
    return nil
  end
  return text.cut("{" .. table.concat(fields.overflow, ",") .. "}", MAX_TEXT * 2, fields.overflow_left_out)
end

return { new = new, add = add, overflow_text = overflow_text }
