-- Reads JSON without building it: a number stays the text that it was, and what is not wanted is passed over.

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r" }

local function quoted(text)
  return '"' .. text:gsub('["\\\n\t\r]', ESCAPES) .. '"'
end

local UNESCAPES = { b = "", f = "", n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\", ["/"] = "/" }

local function utf8_char(code)
  if code < 0x80 then
    return string.char(code)
  elseif code < 0x800 then
    return string.char(0xC0 + math.floor(code / 64), 0x80 + code % 64)
  elseif code < 0x10000 then
    return string.char(0xE0 + math.floor(code / 4096), 0x80 + math.floor(code / 64) % 64, 0x80 + code % 64)
  end
  return string.char(0xF0 + math.floor(code / 262144), 0x80 + math.floor(code / 4096) % 64,
    0x80 + math.floor(code / 64) % 64, 0x80 + code % 64)
end

local function unescaped(text)
  if not text:find("\\", 1, true) then
    return text
  end
  local out, at = {}, 1
  while true do
    local found = text:find("\\", at, true)
    if not found then
      out[#out + 1] = text:sub(at)
      return table.concat(out)
    end
    out[#out + 1] = text:sub(at, found - 1)
    local letter = text:sub(found + 1, found + 1)
    at = found + 2
    if letter == "u" then
      local code = tonumber(text:match("^%x%x%x%x", at) or error("not JSON"), 16)
      at = at + 4
      local low = code >= 0xD800 and code <= 0xDBFF and text:match("^\\u([Dd][C-Fc-f]%x%x)", at)
      if low then
        code = 0x10000 + (code - 0xD800) * 1024 + tonumber(low, 16) - 0xDC00
        at = at + 6
      elseif code >= 0xD800 and code <= 0xDFFF then
        code = 0xFFFD
      end
      out[#out + 1] = utf8_char(code)
    else
      out[#out + 1] = UNESCAPES[letter] or error("not JSON")
    end
  end
end

local function space(text, at)
  return text:find("[^ \t\r\n]", at) or #text + 1
end

-- The contents of the string that starts at `at`, and where what follows it starts.
local function string_at(text, at)
  local from = at + 1
  at = from
  while true do
    local found = text:find('["\\]', at)
    if not found then
      error("not JSON")
    end
    if text:byte(found) == 34 then
      return unescaped(text:sub(from, found - 1)), found + 1
    end
    at = found + 2
  end
end

local skip

-- Calls each(key, at) for every member, which gives where it ends.
local function object_at(text, at, each)
  at = space(text, at + 1)
  if text:byte(at) == 125 then
    return at + 1
  end
  while true do
    if text:byte(at) ~= 34 then
      error("not JSON")
    end
    local key
    key, at = string_at(text, at)
    at = space(text, at)
    if text:byte(at) ~= 58 then
      error("not JSON")
    end
    at = space(text, each(key, space(text, at + 1)))
    local byte = text:byte(at)
    if byte == 125 then
      return at + 1
    elseif byte ~= 44 then
      error("not JSON")
    end
    at = space(text, at + 1)
  end
end

local function array_at(text, at, depth)
  at = space(text, at + 1)
  if text:byte(at) == 93 then
    return at + 1
  end
  while true do
    at = space(text, skip(text, at, depth + 1))
    local byte = text:byte(at)
    if byte == 93 then
      return at + 1
    elseif byte ~= 44 then
      error("not JSON")
    end
    at = space(text, at + 1)
  end
end

-- Kind and value of what starts at `at` (for "object" and "array" none), and where it ends.
local function scalar_at(text, at)
  local byte = text:byte(at)
  if byte == 34 then
    local value, after = string_at(text, at)
    return "str", value, after
  elseif byte == 123 then
    return "object"
  elseif byte == 91 then
    return "array"
  end
  local word = text:match("^[%w+.%-]+", at)
  if word == "true" or word == "false" then
    return "bool", word, at + #word
  elseif word == "null" or word == "NaN" or word == "Infinity" or word == "-Infinity" then
    return "null", nil, at + #word
  elseif word and word:find("^%-?%d") and tonumber(word) and not word:find("^%-?0[%dxX]") and not word:find("[xXpP]") then
    return "number", word, at + #word
  end
  error("not JSON")
end

function skip(text, at, depth)
  if depth > 100 then
    error("too deep")
  end
  local kind, _, after = scalar_at(text, at)
  if kind == "object" then
    return object_at(text, at, function(_, from)
      return skip(text, from, depth + 1)
    end)
  elseif kind == "array" then
    return array_at(text, at, depth)
  end
  return after
end

return { quoted = quoted, space = space, object_at = object_at, scalar_at = scalar_at, skip = skip }
