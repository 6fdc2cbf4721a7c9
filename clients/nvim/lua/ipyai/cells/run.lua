---What of a buffer is run: cells, lines, ranges. The output appears below the code.
local M = {}

local cells = require("ipyai.cells")
local host = require("ipyai.host")
local runs = require("ipyai.cells.runs")

---@param buf integer
---@param cell ipyai.Cell
local function run_cell(buf, cell)
  runs.cell(buf, cell.first, cells.end_row(buf, cell), cells.code(buf, cell))
end

local function cursor_row()
  return vim.api.nvim_win_get_cursor(0)[1] - 1
end

function M.cell()
  local cell = cells.at(0, cursor_row())
  if not cell then
    return host.notify("There is no Python cell at the cursor.", vim.log.levels.WARN)
  end
  run_cell(vim.api.nvim_get_current_buf(), cell)
  return cell
end

---From a text it only goes to the next code, as in a notebook.
function M.cell_and_next()
  local from = cursor_row()
  if cells.at(0, from) or not cells.beside(0, from, 1) then
    local cell = M.cell()
    if not cell then
      return
    end
    from = cell.last
  end
  local following = cells.beside(0, from, 1)
  if following then
    local row = math.min(following.from, vim.api.nvim_buf_line_count(0) - 1)
    vim.api.nvim_win_set_cursor(0, { row + 1, 0 })
  end
end

---@param step 1|-1
function M.go(step)
  local row = cursor_row()
  local here = cells.at(0, row)
  local target = cells.beside(0, here and (step > 0 and here.last or here.first) or row, step)
  if target then
    vim.api.nvim_win_set_cursor(0, { math.max(math.min(target.from, target.to), target.first) + 1, 0 })
  end
end

---Runs cells in order; when one fails, the kernel leaves out those that wait.
---@param until_row number only those that end above it
local function run_cells(until_row)
  local buf = vim.api.nvim_get_current_buf()
  local count = 0
  for _, cell in ipairs(cells.all(buf)) do
    if cell.code and cell.to >= cell.from and cell.last < until_row then
      run_cell(buf, cell)
      count = count + 1
    end
  end
  if count == 0 then
    host.notify("There are no cells to run.", vim.log.levels.WARN)
  end
end

function M.all()
  run_cells(math.huge)
end

---Those above the cursor's cell.
function M.above()
  run_cells(cursor_row())
end

---Runs whole lines, without the indent they have in common.
---@param first integer
---@param last integer
function M.rows(first, last)
  local lines = vim.api.nvim_buf_get_lines(0, first, last + 1, false)
  -- Output stands right below code, not below blank lines.
  while #lines > 1 and vim.trim(lines[#lines]) == "" do
    table.remove(lines)
    last = last - 1
  end
  runs.code(vim.api.nvim_get_current_buf(), first, last, require("ipyai.text").dedent(lines))
end

function M.line()
  M.rows(cursor_row(), cursor_row())
end

---The operator: `g@` and then a motion, or a selection.
function M.operator()
  vim.go.operatorfunc = "v:lua.require'ipyai.cells.run'.operated"
  return "g@"
end

---@param type "char"|"line"|"block"
function M.operated(type)
  local from = vim.api.nvim_buf_get_mark(0, "[")
  local to = vim.api.nvim_buf_get_mark(0, "]")
  if type ~= "char" then
    return M.rows(from[1] - 1, to[1] - 1)
  end
  local region = vim.fn.getregion(vim.fn.getpos("'["), vim.fn.getpos("']"), { type = "v" })
  runs.code(vim.api.nvim_get_current_buf(), from[1] - 1, to[1] - 1, require("ipyai.text").dedent(region))
end

return M
