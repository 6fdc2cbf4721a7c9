---Questions to the person.
local M = {}

---`vim.ui.select` that takes Ctrl-C, which Neovim's own tells as an error, for leaving without a choice.
---@param items any[]
---@param options table
---@param done fun(choice: any?, index?: integer)
function M.select(items, options, done)
  local ok, problem = pcall(vim.ui.select, items, options, done)
  if ok then
    return
  elseif not tostring(problem):find("Keyboard interrupt", 1, true) then
    error(problem, 0)
  end
  done(nil)
end

---Whether a question would get keys that are meant for something else.
function M.is_typing()
  local mode = vim.api.nvim_get_mode()
  return mode.blocking or mode.mode ~= "n"
end

return M
