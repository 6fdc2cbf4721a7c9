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

return M
