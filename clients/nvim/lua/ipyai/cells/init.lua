---Cells in a buffer: `# %%` in Python, fenced Python blocks in Markdown and Quarto. Rows count from 0, ends are inclusive.
local M = {}

---@class ipyai.Cell
---@field first integer the row of its first line, the marker or fence included
---@field last integer the row of its last line, the closing fence included
---@field from integer the row where its code begins
---@field to integer the row where its code ends; before `from` in an empty cell
---@field code boolean whether it is Python

local function is_markdown(buf)
  local filetype = vim.bo[buf].filetype
  return filetype == "markdown" or filetype == "quarto" or filetype == "rmd"
end

---Whether a buffer is Python as a whole. Of other kinds only what stands below a `# %%` is.
local function is_python(buf)
  local filetype = vim.bo[buf].filetype
  return filetype == "" and vim.bo[buf].buftype == "" or filetype:match("python") ~= nil or filetype == "sage"
end

---@param lines string[]
---@return ipyai.Cell[]
local function in_python(lines)
  local cells = {}
  local cell = { first = 0, from = 0, code = true }
  for index, line in ipairs(lines) do
    local rest = line:match("^#%s?%%%%(.*)$")
    if rest then
      cell.last = index - 2
      if cell.last >= cell.first then
        table.insert(cells, cell)
      end
      local is_text = rest:match("%[markdown%]") or rest:match("%[md%]") or rest:match("%[raw%]")
      cell = { first = index - 1, from = index, code = not is_text }
    end
  end
  cell.last = #lines - 1
  table.insert(cells, cell)
  for _, each in ipairs(cells) do
    each.to = each.last
  end
  return cells
end

---@param lines string[]
---@return ipyai.Cell[]
local function in_markdown(lines)
  local cells = {}
  local open
  for index, line in ipairs(lines) do
    local indent, fence, info = line:match("^(%s*)(```+)%s*(.-)%s*$")
    if not fence then
      indent, fence, info = line:match("^(%s*)(~~~+)%s*(.-)%s*$")
    end
    if not open and fence then
      local language = info:match("^{?%.?([%w_+-]*)"):lower()
      open = { fence = fence, first = index - 1, code = language == "python" or language == "py" }
    elseif open and fence and info == "" and fence:sub(1, #open.fence) == open.fence and #indent < 4 then
      local cell = { first = open.first, last = index - 1, from = open.first + 1, to = index - 2, code = open.code }
      table.insert(cells, cell)
      open = nil
    end
  end
  return cells
end

---All cells of a buffer, those that are not Python included.
---@param buf integer
---@return ipyai.Cell[]
function M.all(buf)
  local lines = vim.api.nvim_buf_get_lines(buf, 0, -1, false)
  local cells = is_markdown(buf) and in_markdown(lines) or in_python(lines)
  if cells[1] and cells[1].from == cells[1].first and not is_markdown(buf) and not is_python(buf) then
    table.remove(cells, 1)
  end
  for _, cell in ipairs(cells) do
    -- Blank ends belong to no code, so that output stands right below it.
    while cell.to >= cell.from and vim.trim(lines[cell.to + 1]) == "" do
      cell.to = cell.to - 1
    end
  end
  return cells
end

---The Python cell at a row.
---@param buf integer
---@param row integer
---@return ipyai.Cell?
function M.at(buf, row)
  for _, cell in ipairs(M.all(buf)) do
    if cell.code and cell.first <= row and row <= cell.last then
      return cell
    end
  end
end

---The Python cell after or before a row.
---@param buf integer
---@param row integer
---@param step 1|-1
---@return ipyai.Cell?
function M.beside(buf, row, step)
  local found
  for _, cell in ipairs(M.all(buf)) do
    if cell.code and step > 0 and cell.first > row then
      return cell
    elseif cell.code and step < 0 and cell.last < row then
      found = cell
    end
  end
  return found
end

---@param buf integer
---@param cell ipyai.Cell
---@return string
function M.code(buf, cell)
  return table.concat(vim.api.nvim_buf_get_lines(buf, cell.from, cell.to + 1, false), "\n")
end

---The row output stands below: the last line of code, in Markdown the closing fence.
---@param buf integer
---@param cell ipyai.Cell
---@return integer
function M.end_row(buf, cell)
  if is_markdown(buf) then
    return cell.last
  end
  return math.max(cell.to, cell.first)
end

---Where a cell that ended at `last` ends now: lines may have been written behind it.
---@param buf integer
---@param last integer
---@return integer
function M.grown(buf, last)
  if is_markdown(buf) then
    return last
  end
  for row = last + 1, vim.api.nvim_buf_line_count(buf) - 1 do
    local line = vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1]
    if line:match("^#%s?%%%%") then
      break
    elseif vim.trim(line) ~= "" then
      last = row
    end
  end
  return last
end

return M
