---The cell at the cursor, which goes with a prompt where the AI does not know it from the session.
local M = {}

local cells = require("ipyai.cells")
local text = require("ipyai.text")

---Of a longer cell the rows around the cursor go along.
local max_rows = 200
---Of an error, its last rows.
local max_error_rows = 30

---@class ipyai.CellAtCursor
---@field what string what is said of it to the person
---@field quoted string what goes along

---@param cell ipyai.Cell
---@param row integer
---@return integer first, integer last
local function around(cell, row)
  local first, last = cell.from, cell.to
  if last - first >= max_rows then
    first = math.max(first, math.min(row - max_rows / 2, last - max_rows + 1))
    last = first + max_rows - 1
  end
  return first, last
end

---The last rows of what stands below a cell whose run failed.
---@param run? ipyai.Run
---@return string[]?
local function error_of(run)
  if not run or not run.cell or run.cell.status ~= "error" then
    return
  end
  local lines = vim.list_slice(run.cell.lines, math.max(1, #run.cell.lines - max_error_rows + 1))
  local rows = vim.tbl_map(function(line)
    local pieces = vim.tbl_map(function(chunk)
      return chunk[1]
    end, line)
    return table.concat(pieces)
  end, lines)
  return #rows > 0 and rows or nil
end

---Finds it; nil where there is none, or where the session has it as it stands, without an error.
---@return ipyai.CellAtCursor?
function M.find()
  local options = require("ipyai.config").options
  local buf = vim.api.nvim_get_current_buf()
  if not options.chat.cell or not vim.tbl_contains(options.filetypes, vim.bo[buf].filetype) then
    return
  end
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  local cell = cells.at(buf, row)
  local code = cell and cells.code(buf, cell) or ""
  if not cell or vim.trim(code) == "" then
    return
  end
  local run = require("ipyai.cells.runs").of_cell(buf, cell)
  local session = require("ipyai.session").current
  local is_known = run and run.cell and session and run.session == session.sessionId and run.cell.status ~= "aborted"
  local is_same = is_known and run.place.code == code
  local failed = error_of(run)
  if is_same and not failed then
    return
  end
  local first, last = around(cell, row)
  local place = text.place(buf, first, last)
  if is_same and failed then
    local said = ("The cursor is in the cell In [%s], %s, which failed: %s"):format(run.cell.count or " ", place, failed[#failed])
    return { what = "the cell at the cursor, which failed", quoted = said }
  end
  local how = is_known and "edited since it ran" or "not run yet"
  local lines = vim.api.nvim_buf_get_lines(buf, first, last + 1, false)
  local said = ("The cell at the cursor, %s, from %s:\n%s"):format(how, place, text.fenced(text.dedent(lines), "python"))
  if failed then
    said = ("%s\nWhen it ran last it failed:\n%s"):format(said, text.fenced(table.concat(failed, "\n"), "text"))
  end
  return { what = "the cell at the cursor, " .. how, quoted = said }
end

return M
