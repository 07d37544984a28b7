-- Knows the lines that health checks and scrapes leave, many times a minute, in every task.

local ASKERS = { "ELB-HealthChecker/", "kube-probe/", "Prometheus/", "Amazon-Route53-Health-Check" }
local PATHS = { ["/health"] = true, ["/healthz"] = true, ["/livez"] = true, ["/readyz"] = true, ["/ready"] = true,
                ["/ping"] = true, ["/metrics"] = true, ["/-/healthy"] = true, ["/api/health"] = true }
PATHS[os.getenv("HEALTH_CHECK_PATH") or ""] = true

-- True for a line that says a health check or a scrape was answered well.
local function is_noise(line, level)
  if level == "WARN" or level == "ERROR" or level == "FATAL" or #line > 4096
    or not (line:find("HTTP/", 1, true) or line:find("tatus", 1, true)) then
    return false
  end
  local status = line:match('HTTP/%d[%d.]*\\?"? (%d%d%d)%f[%D]') or line:match('"status":%s*"?(%d%d%d)%f[%D]')
    or line:match('"[%w_]*[sS]tatus_?[cC]ode":%s*"?(%d%d%d)%f[%D]') or line:match("%f[%w]status=(%d%d%d)%f[%D]")
  if not status or tonumber(status) < 200 or tonumber(status) > 399 then
    return false
  end
  for _, asker in ipairs(ASKERS) do
    if line:find(asker, 1, true) then
      return true
    end
  end
  local path = line:match("%f[%u]GET ([^%s?\"]+)") or line:match("%f[%u]HEAD ([^%s?\"]+)")
    or line:match('"[%w_]*[uU][rR][lIL]":%s*"([^"?]+)') or line:match('"[%w_]*[pP]ath":%s*"([^"?]+)')
    or line:match('%f[%w]path="?([^%s"?]+)')
  return path ~= nil and PATHS[path] == true
end

return { is_noise = is_noise }
