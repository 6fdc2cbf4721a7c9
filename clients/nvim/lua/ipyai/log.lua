---The session log: every cell that ran, of this Neovim and of others, with the output that it shows.
local M = {}

local ns = vim.api.nvim_create_namespace("ipyai-log")
local windows = require("ipyai.windows")

---How many cells the log keeps.
local max_entries = 500

---@type integer?
local buf
---@type { id: string, lines: table[], count: integer }[]
local entries = {}
---@type table<string, table>
local by_id = {}

local function lines_of(cell)
  local head = ("In [%s] %s"):format(cell.count or " ", cell.by)
  if cell.status ~= "ok" then
    head = head .. " · " .. (cell.note or cell.status)
  end
  local lines = { { { head, "bold" } } }
  for line in vim.gsplit(cell.code, "\n") do
    table.insert(lines, { { "    " .. line, "" } })
  end
  local more = cell.total - #cell.lines
  local note = more > 0 and { { ("… %d more lines"):format(more), "note" } } or nil
  if note and cell["end"] == "tail" then
    table.insert(lines, note)
  end
  vim.list_extend(lines, cell.lines)
  if note and cell["end"] ~= "tail" then
    table.insert(lines, note)
  end
  table.insert(lines, {})
  return lines
end

local function is_open()
  return buf and vim.api.nvim_buf_is_valid(buf)
end

local function write(first, last, lines)
  local before = vim.api.nvim_buf_line_count(buf)
  require("ipyai.highlights").set_lines(buf, ns, first, last, lines)
  windows.follow(buf, before)
end

---@param entry table
---@return integer the row where it begins
local function row_of(entry)
  local row = 0
  for _, each in ipairs(entries) do
    if each == entry then
      break
    end
    row = row + each.count
  end
  return row
end

function M.receive(cell)
  local lines = lines_of(cell)
  local entry = by_id[cell.cellId]
  local count = entry and entry.count or 0
  if not entry then
    entry = { id = cell.cellId }
    by_id[cell.cellId] = entry
    table.insert(entries, entry)
  end
  entry.lines, entry.count = lines, #lines
  if is_open() then
    local row = row_of(entry)
    write(row, row + count, lines)
  end
  if #entries > max_entries then
    local oldest = table.remove(entries, 1)
    by_id[oldest.id] = nil
    if is_open() then
      write(0, oldest.count, {})
    end
  end
end

function M.clear()
  entries, by_id = {}, {}
  if is_open() then
    write(0, -1, {})
  end
end

---Shows the log.
function M.open()
  if not is_open() then
    buf = windows.lasting_buffer("ipyai://log", "ipyai-log")
    local lines = {}
    for _, entry in ipairs(entries) do
      vim.list_extend(lines, entry.lines)
    end
    -- The empty line that a buffer has stays at its end.
    write(0, 0, lines)
  end
  windows.enter(buf, "botright split")
end

return M
