---The conversation as a Markdown buffer that grows while answers come, and answers that stand below their cell.
local M = {}

local folds = require("ipyai.chat.folds")
local ns = vim.api.nvim_create_namespace("ipyai-chat")
local windows = require("ipyai.windows")

---@class ipyai.Turn
---@field id string
---@field text string
---@field start integer its first row in the buffer, from 0
---@field rows integer how many rows it has there, the blank one below it included
---@field folds ipyai.Fold[] code and output of tools
---@field state string

---@type integer?
local buf
---@type ipyai.Turn[]
local turns = {}
---@type table<string, ipyai.Turn>
local by_id = {}
---Places that wait for an answer below them, by the number of their run.
---@type table<integer, ipyai.Placed>
local below = {}
---The code blocks of the newest answer.
---@type string[]
M.blocks = {}

local function is_open()
  return buf and vim.api.nvim_buf_is_valid(buf)
end

---@param text string
---@return string[]
local function rows_of(text)
  if text == "" then
    return {}
  end
  local rows = vim.split(text, "\n")
  table.insert(rows, "")
  return rows
end

---Colours thinking among these rows of the buffer.
---@param first integer
---@param rows string[]
local function dim(first, rows)
  for index, line in ipairs(rows) do
    if vim.startswith(line, folds.thinking) then
      local mark = { end_col = #line, hl_group = "IpyaiNote", priority = 200 }
      vim.api.nvim_buf_set_extmark(buf, ns, first + index - 1, 0, mark)
    end
  end
end

---The turn that a row of the buffer is of, and which row of it that is.
---@param row integer from 0
---@return ipyai.Turn? turn
---@return integer row from 0
function M.turn_at(row)
  local low, high = 1, #turns
  while low < high do
    local middle = math.ceil((low + high) / 2)
    if turns[middle].start <= row then
      low = middle
    else
      high = middle - 1
    end
  end
  local turn = turns[low]
  return turn, turn and row - turn.start or row
end

---Writes what changed of a turn: from the row on where the change begins.
---@param turn ipyai.Turn
---@param from integer how many bytes of its text stay
---@param row integer the first row that is written even if it stays
local function write(turn, from, row)
  local kept, start = 0, 1
  for stop in turn.text:sub(1, turn.rows > 0 and from or 0):gmatch("()\n") do
    if kept == row then
      break
    end
    kept, start = kept + 1, stop + 1
  end
  local rows = rows_of(turn.text:sub(start))
  local before = turn.rows
  turn.rows = kept + #rows
  for index = #turns, 1, -1 do
    if turns[index] == turn then
      break
    end
    turns[index].start = turns[index].start + turn.rows - before
  end
  if is_open() then
    windows.replace(buf, turn.start + kept, turn.start + before, rows)
    dim(turn.start + kept, rows)
  end
end

---Puts the answer below the code it was asked about: one change, so that one undo takes it back.
---@param place ipyai.Placed
---@param message { answer: string?, cells: string? } the answer, also as cells of a Python file
local function insert_below(place, message)
  local outputs = require("ipyai.cells.outputs")
  local _, last = outputs.rows(place)
  outputs.remove(place)
  local answer = vim.trim(message.answer or "")
  if answer == "" then
    return
  elseif not last or not vim.bo[place.buf].modifiable then
    return require("ipyai.host").notify("The answer cannot stand below its code: :IpyaiChat shows it.")
  end
  local is_python = vim.bo[place.buf].filetype == "python"
  local lines = vim.split(is_python and message.cells or answer, "\n")
  if is_python then
    local after = vim.api.nvim_buf_get_lines(place.buf, last + 1, -1, false)
    local following = vim.iter(after):find(function(line)
      return vim.trim(line) ~= ""
    end)
    if following and not following:match("^#%s?%%%%") then
      vim.list_extend(lines, { "", "# %%" })
    elseif following and vim.trim(after[1]) ~= "" then
      table.insert(lines, "")
    end
  else
    table.insert(lines, 1, "")
  end
  vim.api.nvim_buf_set_lines(place.buf, last + 1, last + 1, false, lines)
end

local function draw_below(place, turn, message)
  local outputs = require("ipyai.cells.outputs")
  if not outputs.is_placed(place) then
    return
  end
  local border = require("ipyai.config").options.output.border
  local body = vim.trim(turn.text:sub(message.head + 1))
  place.render = function(width)
    local room = width - vim.fn.strdisplaywidth(border)
    local rows = {}
    for line in vim.gsplit(body == "" and "…" or body, "\n") do
      local group = vim.startswith(line, folds.thinking) and "IpyaiNote" or "IpyaiOutput"
      for _, row in ipairs((require("ipyai.cells.wrap").rows({ { line, group } }, room, math.huge))) do
        table.insert(rows, { { border, "IpyaiBorder" }, unpack(row) })
      end
    end
    return rows
  end
  outputs.draw(place)
end

---News of a turn.
function M.receive(message)
  local turn = by_id[message.turnId]
  if not turn then
    local last = turns[#turns]
    turn = { id = message.turnId, text = "", start = last and last.start + last.rows or 0, rows = 0, folds = {} }
    by_id[message.turnId] = turn
    table.insert(turns, turn)
  end
  turn.text = turn.text:sub(1, message.from) .. message.text
  turn.state = message.state
  local changed = math.huge
  if message.folds then
    changed = folds.first_change(turn.folds, message.folds)
    turn.folds = message.folds
  end
  write(turn, message.from, changed)
  if message.blocks then
    M.blocks = message.blocks
  end
  local place = message.run and below[message.run]
  if place then
    draw_below(place, turn, message)
    if message.state == "finished" or message.state == "removed" then
      below[message.run] = nil
      insert_below(place, message)
    end
  end
  if message.state == "finished" and not message.past and message.error then
    require("ipyai.host").notify(message.error, vim.log.levels.ERROR)
  end
end

function M.clear()
  turns, by_id, M.blocks = {}, {}, {}
  for _, place in pairs(below) do
    require("ipyai.cells.outputs").remove(place)
  end
  below = {}
  if is_open() then
    windows.replace(buf, 0, -1, {})
  end
end

---The answer to this run shall stand below these rows.
---@param run integer
---@param source integer the buffer
---@param first integer
---@param last integer
function M.expect_below(run, source, first, last)
  local place = require("ipyai.cells.outputs").extra(source, first, last)
  below[run] = place
  place.lines = { { { "…", "IpyaiNote" } } }
  require("ipyai.cells.outputs").draw(place)
end

---A prompt did not become a turn.
function M.forget(run)
  if below[run] then
    require("ipyai.cells.outputs").remove(below[run])
    below[run] = nil
  end
end

local function fill()
  if not is_open() then
    buf = windows.lasting_buffer("ipyai://chat", "markdown")
    require("ipyai.chat.colours").start(buf)
    for _, mode in ipairs({ "<CR>", "a", "i", "o" }) do
      vim.keymap.set("n", mode, "<Cmd>IpyaiPrompt<CR>", { buffer = buf, desc = "Ask the AI" })
    end
    local rows = {}
    for _, turn in ipairs(turns) do
      vim.list_extend(rows, rows_of(turn.text))
    end
    -- The empty line that a buffer has stays at its end.
    windows.replace(buf, 0, 0, rows)
    dim(0, rows)
  end
end

---Shows the conversation: what comes next is to be seen.
function M.show()
  fill()
  local win = windows.show(buf, require("ipyai.config").options.chat.open)
  windows.follow(buf)
  folds.start(win)
end

---Shows the conversation, and the cursor goes there.
function M.enter()
  fill()
  folds.start(windows.enter(buf, require("ipyai.config").options.chat.open))
end

return M
