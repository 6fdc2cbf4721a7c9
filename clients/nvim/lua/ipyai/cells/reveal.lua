---Scrolling to output that has just come.
local M = {}

local outputs = require("ipyai.cells.outputs")

---Scrolls the current window, if the cursor is at the place, as far as what stands below it can be seen: Neovim leaves
---virtual lines below the last row of a window out.
---@param place ipyai.Placed
function M.scroll(place)
  local win = vim.api.nvim_get_current_win()
  local first, last = outputs.rows(place)
  if not first or vim.api.nvim_win_get_buf(win) ~= place.buf then
    return
  end
  local cursor = vim.api.nvim_win_get_cursor(win)[1] - 1
  if cursor < first or cursor > last then
    return
  end
  local top = vim.fn.line("w0")
  local highest = math.max(top, cursor + 1 - vim.wo[win].scrolloff)
  local function is_seen()
    local text = vim.api.nvim_win_text_height(win, { start_row = top - 1, end_row = last }).all
    return text + #place.lines <= vim.api.nvim_win_get_height(win)
  end
  while top < highest and not is_seen() do
    top = top + 1
  end
  if top > vim.fn.line("w0") then
    vim.fn.winrestview({ topline = top })
  end
end

return M
