---ipyai: an AI shell for live Python, in Neovim. `:help ipyai` tells what it does.
local M = {}

---Sets options and the default maps. Not needed for commands and `<Plug>` maps. Fails on unknown options.
---@param options? ipyai.Options
function M.setup(options)
  require("ipyai.config").set(options or {})
  require("ipyai.keys").setup()
  if require("ipyai.config").options.suggest.automatic or package.loaded["ipyai.suggest"] then
    require("ipyai.suggest").setup_automatic()
  end
end

---The session in a few words for a status line; empty without one.
---@return string
function M.status()
  local session = package.loaded["ipyai.session"]
  return session and session.status() or ""
end

---The suggestion at the cursor, for maps and menus of one's own. None of these asks for one.
---@class ipyai.Suggestion
M.suggestion = {}

local function with_suggest(act)
  return function()
    local suggest = package.loaded["ipyai.suggest"]
    if suggest and suggest.is_visible() then
      act(suggest)
    end
  end
end

---Whether one shows.
---@return boolean
function M.suggestion.is_visible()
  local suggest = package.loaded["ipyai.suggest"]
  return suggest ~= nil and suggest.is_visible()
end

---Puts it into the buffer: all of it, its next word, or its next line.
for name, part in pairs({ accept = "all", accept_word = "word", accept_line = "line" }) do
  M.suggestion[name] = with_suggest(function(suggest)
    suggest.accept(part)
  end)
end

---Shows the next or the previous of several.
for name, step in pairs({ next = 1, prev = -1 }) do
  M.suggestion[name] = with_suggest(function(suggest)
    suggest.cycle(step)
  end)
end

---Takes it away.
M.suggestion.dismiss = with_suggest(function(suggest)
  suggest.dismiss()
end)

return M
