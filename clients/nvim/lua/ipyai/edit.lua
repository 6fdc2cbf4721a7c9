---`%edit`: the file opens in a window; when that closes, the code that the file then holds runs.
local M = {}

local host = require("ipyai.host")

---@param path string
local function run(path)
  local ok, lines = pcall(vim.fn.readfile, path)
  local code = ok and table.concat(lines, "\n") or ""
  if vim.trim(code) == "" then
    return host.notify("%edit: there is no code to run.")
  end
  require("ipyai.cells.runs").unplaced(code)
  host.notify("%edit: its code runs; :IpyaiLog shows what comes of it.")
end

---@param path string
---@param line integer 0 for none
function M.open(path, line)
  vim.cmd.split(vim.fn.fnameescape(path))
  local buf = vim.api.nvim_get_current_buf()
  vim.bo[buf].bufhidden = "wipe"
  if line > 0 then
    pcall(vim.api.nvim_win_set_cursor, 0, { line, 0 })
  end
  vim.api.nvim_create_autocmd("BufWipeout", {
    buffer = buf,
    once = true,
    callback = function()
      if vim.v.exiting == vim.NIL then
        vim.schedule(function()
          run(path)
        end)
      end
    end,
  })
end

return M
