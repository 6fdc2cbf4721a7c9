---What stands below a cell: as much of its output as the options allow, in rows as wide as the window.
local M = {}

local wrap = require("ipyai.cells.wrap")

---Wider than any line.
local unwrapped = 1e6

---The virtual lines of a cell's output, and one that says what is left out.
---@param cell table
---@param width integer
---@return ipyai.Chunks[]
function M.rows(cell, width)
  local options = require("ipyai.config").options.output
  local highlights = require("ipyai.highlights")
  local room = options.wrap and width - vim.fn.strdisplaywidth(options.border) or unwrapped
  local is_tail = cell["end"] == "tail"
  local found, shown, is_cut = {}, 0, false
  for index = 1, #cell.lines do
    local line = cell.lines[is_tail and #cell.lines + 1 - index or index]
    local left = options.max_lines - #found
    if left <= 0 or is_cut then
      break
    end
    local rows, is_long = wrap.rows(highlights.chunks(line), room, is_tail and math.huge or left)
    is_cut = is_long or #rows > left
    shown = shown + (is_cut and 0 or 1)
    for at = 1, math.min(left, #rows) do
      table.insert(found, rows[is_tail and #rows + 1 - at or at])
    end
  end
  if is_tail then
    found = vim.iter(found):rev():totable()
  end
  for _, row in ipairs(found) do
    table.insert(row, 1, { options.border, "IpyaiBorder" })
  end
  local more = cell.total - shown
  if more > 0 then
    local where = is_tail and "above" or "below"
    local what = more == 1 and is_cut and "the rest of the line" or ("%d more lines"):format(more)
    local text = ("… %s %s (:IpyaiOutput)"):format(what, where)
    local note = { { options.border, "IpyaiBorder" }, { text, "IpyaiNote" } }
    table.insert(found, is_tail and 1 or #found + 1, note)
  end
  return found
end

return M
