-- Hides passwords, tokens, keys and card numbers, and what a service's `logs.mask` names.

local MASKS = {} -- Lua patterns; what the first capture holds stays
for pattern in (os.getenv("MASK") or ""):gmatch("[^\n]+") do
  MASKS[#MASKS + 1] = pattern
end

local HIDDEN = "***"
local SECRET_WORDS = { "password", "passwd", "passphrase", "secretkey", "secretaccess", "authorization", "apikey",
                       "accesskey", "privatekey", "credential", "cookie", "signature" }
local SECRET_ENDS = { "token$", "secrets?$", "sessionid$", "^pwd$", "^auth$", "^pin$", "^cvv$", "^cvc$" }

local function is_secret_word(key)
  key = key:lower():gsub("[^%w]", "")
  for _, word in ipairs(SECRET_WORDS) do
    if key:find(word, 1, true) then
      return true
    end
  end
  for _, ends in ipairs(SECRET_ENDS) do
    if key:find(ends) then
      return true
    end
  end
  return false
end

-- Parts of all the words above: a line without any of them has no key to look for.
local STEMS = { "pass", "secret", "token", "auth", "key", "credential", "cookie", "signature", "session", "pwd", "pin",
                "cvv", "cvc" }

local function may_have_secret(text)
  text = text:lower()
  for _, stem in ipairs(STEMS) do
    if text:find(stem, 1, true) then
      return true
    end
  end
  return false
end

local remembered, remembered_count = {}, 0

local function is_confidential(key)
  local answer = remembered[key]
  if answer == nil then
    answer = is_secret_word(key)
    if remembered_count < 1000 then
      remembered[key], remembered_count = answer, remembered_count + 1
    end
  end
  return answer
end

local function luhn(digits)
  local sum, double = 0, false
  for at = #digits, 1, -1 do
    local digit = digits:byte(at) - 48
    if double then
      digit = digit * 2
      digit = digit > 9 and digit - 9 or digit
    end
    sum, double = sum + digit, not double
  end
  return sum % 10 == 0
end

-- Until 2033 no time since 1970, in milli-, micro- or nanoseconds, starts like a card's number.
local function mask_card(run)
  local digits = run:gsub("%D", "")
  return #digits >= 13 and #digits <= 19 and digits:find("^[2-6]") and luhn(digits) and HIDDEN or nil
end

local CARDS = { "%f[%w]%d+%f[^%w]", "%f[%w](%d%d%d%d([ -])%d%d%d%d%2%d%d%d%d%2%d%d?%d?%d?)%f[^%w]",
                "%f[%w](%d%d%d%d([ -])%d%d%d%d%d%d%2%d%d%d%d%d)%f[^%w]" }

local function mask_word(word)
  if word:find("^eyJ[%w_%-]*%.[%w_%-]+%.[%w_%-]*$") or word:find("^A[KS]IA%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w$") then
    return HIDDEN
  end
  return nil
end

-- Where a quoted value ends: at the next quote that is not escaped, or, within a text that is quoted itself, at \".
local function quoted_end(text, at, quote, is_within)
  if is_within then
    return text:find("\\" .. quote, at, true) or #text + 1
  end
  while true do
    local found = text:find("[\\" .. quote .. "]", at)
    if not found then
      return #text + 1
    elseif text:sub(found, found) == quote then
      return found
    end
    at = found + 2
  end
end

-- Hides the values of keys such as password or api_key, in key=value, in JSON and in headers
local function mask_pairs(text)
  local out, from, at = {}, 1, 1
  while true do
    local _, last, key = text:find('%f[%w_.%-]([%w_.%-]+)\\?["\']? ?[=:][ \t]*', at)
    if not last then
      break
    end
    at = last + 1
    if is_confidential(key) then
      local within, quote = text:match("^(\\?)([\"'])", at)
      local start, ends
      if quote then
        start = at + #within + 1
        ends = quoted_end(text, start, quote, within ~= "")
      else
        local scheme, spaces = text:match("^(%a[%w%-]*)( +)[^%s]", at)
        local is_scheme = scheme and ({ bearer = true, basic = true, digest = true })[scheme:lower()]
        start = is_scheme and at + #scheme + #spaces or at
        -- A cookie header has several, all of them secret; so are the values of a list or an object.
        local stop = key:lower():find("cookie", 1, true) and "[\n\"'\\]" or "[%s\"'\\,;&)}%]]"
        local opening = text:sub(start, start)
        stop = opening == "[" and "%]" or opening == "{" and "}" or stop
        ends = text:find(stop, start) or #text + 1
      end
      if ends > start then
        out[#out + 1] = text:sub(from, start - 1) .. HIDDEN
        from, at = ends, ends
      end
    end
  end
  return #out == 0 and text or table.concat(out) .. text:sub(from)
end

-- Every pattern starts anew only where a word starts, so that the time grows with the length and no faster.
local function masked(text)
  if text:find("[=:]") then
    if may_have_secret(text) then
      text = mask_pairs(text)
    end
    if text:find("://", 1, true) then
      text = text:gsub("(%f[%w]%w+://[^%s/:@]*:)[^%s/@]+@", "%1" .. HIDDEN .. "@")
    end
  end
  if text:find("[Bb][Ee][Aa][Rr][Ee][Rr] ") then
    text = text:gsub("(%f[%a][Bb][Ee][Aa][Rr][Ee][Rr] +)[%w_%-.~+/]+=*", "%1" .. HIDDEN)
  end
  if text:find("eyJ", 1, true) or text:find("A[KS]IA") then
    text = text:gsub("[%w_%-.]+", mask_word)
  end
  if text:find("%d%d%d%d[ %-]?%d%d%d%d") then
    for _, card in ipairs(CARDS) do
      text = text:gsub(card, mask_card)
    end
  end
  if text:find("PRIVATE KEY", 1, true) then
    text = text:gsub("(%-%-%-%-%-BEGIN [%u ]*PRIVATE KEY%-%-%-%-%-)[%w+/=%s\\]*", "%1" .. HIDDEN)
  end
  for _, pattern in ipairs(MASKS) do
    text = text:gsub(pattern, "%1" .. HIDDEN)
  end
  return text
end

return { HIDDEN = HIDDEN, is_confidential = is_confidential, masked = masked }
