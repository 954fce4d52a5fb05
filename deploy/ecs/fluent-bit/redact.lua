-- Generated from the app model: dotnet run --project Sentinel.AppHost -- publish. Change the model, not this file.
local patterns = {
  "gh[pousr]_%w+", "github_pat_[%w_]+", "AKIA[%u%d]+", "AIza[%w_-]+",
  "[Bb]earer%s+[%w%.%-_~%+/=]+", "://[^%s/:@]+:[^%s/@]+@", "[Pp]assword=[^;,%s\"]+",
}
function redact(tag, timestamp, record)
  local changed = false
  local function clean(value)
    if type(value) == "table" then
      for key, inner in pairs(value) do value[key] = clean(inner) end
    elseif type(value) == "string" then
      for _, pattern in ipairs(patterns) do
        local text, count = string.gsub(value, pattern, "[redacted]")
        if count > 0 then value = text; changed = true end
      end
    end
    return value
  end
  record = clean(record)
  return changed and 2 or 0, timestamp, record
end
