---The runs of this Neovim: each has a place below its code, where what comes back is drawn.
local M = {}

local cells = require("ipyai.cells")
local host = require("ipyai.host")
local outputs = require("ipyai.cells.outputs")
local session = require("ipyai.session")

---@class ipyai.Run
---@field id integer
---@field place ipyai.Placed
---@field started integer
---@field note? string
---@field finished? boolean
---@field session? string the session it ran in; none for what a notebook's file tells
---@field cell? table the newest message about its cell

---@type table<integer, ipyai.Run>
local runs = {}
local next_run = 1
---Runs by their cell: a process that was started anew knows no numbers of runs.
---@type table<string, ipyai.Run>
local by_cell = {}

local icons = { running = "●", ok = "✓", error = "✗" }
local groups = { running = "IpyaiRunning", ok = "IpyaiOk", error = "IpyaiError" }

local function kind_of(status)
  return groups[status] and status or "error"
end

---@param run ipyai.Run
---@param status string
---@return string
local function note_of(run, status)
  local count, took = run.cell and run.cell.count, run.cell and run.cell.took
  local words = { ("[%s]"):format(count or " "), icons[kind_of(status)] }
  if status == "running" then
    if not session.current then
      table.insert(words, "waits for a session")
    elseif run.cell and run.cell.waits then
      table.insert(words, "waits")
    end
    return table.concat(words, " ")
  end
  if run.cell and run.cell.note then
    table.insert(words, run.cell.note)
    return table.concat(words, " ")
  elseif status ~= "ok" and status ~= "error" then
    table.insert(words, status)
  end
  table.insert(words, ("%.1f s"):format(took or (vim.uv.hrtime() - run.started) / 1e9))
  return table.concat(words, " ")
end

---@param run ipyai.Run
local function draw(run)
  local options = require("ipyai.config").options.output
  local cell, place = run.cell, run.place
  local status = cell and cell.status or "running"
  local kind = kind_of(status)
  place.render = function(width)
    return cell and require("ipyai.cells.preview").rows(cell, width) or {}
  end
  if not run.finished then
    run.note = note_of(run, status)
  end
  run.finished = status ~= "running"
  place.note = { run.note, groups[kind] }
  place.mark = options.signs and { options.signs[kind] or icons[kind], groups[kind] } or nil
  outputs.draw(place)
end

---News of a cell that this Neovim ran.
function M.receive(message)
  local run = message.run and runs[message.run] or by_cell[message.cellId]
  if not run then
    return
  end
  run.cell = message
  run.session = session.current and session.current.sessionId or run.session
  by_cell[message.cellId] = run
  local is_new = not run.finished
  if outputs.is_placed(run.place) and not run.place.cleared and not run.place.hidden then
    draw(run)
    if is_new then
      require("ipyai.cells.reveal").scroll(run.place)
    end
  end
  require("ipyai.windows").refresh_output(message.cellId)
end

---The session is gone: what ran there cannot be told about any more.
function M.session_ended()
  for _, run in pairs(runs) do
    if not run.finished and outputs.is_placed(run.place) and not run.place.hidden then
      run.cell = vim.tbl_extend("keep", { status = "lost" }, run.cell or { lines = {}, total = 0, cellId = "" })
      draw(run)
    end
  end
end

---The kernel is another: what ran before is so no more.
function M.kernel_changed()
  for _, run in pairs(runs) do
    if run.finished and run.session then
      run.place.is_of_old = true
      outputs.check(run.place)
    end
  end
end

---Forgets runs whose output is gone.
local function forget_removed()
  for id, run in pairs(runs) do
    if run.finished and not outputs.is_placed(run.place) then
      runs[id] = nil
      if run.cell then
        by_cell[run.cell.cellId] = nil
      end
    end
  end
end

---@param code string
---@param ... any where, as `outputs.place` takes it
local function start(code, ...)
  if vim.trim(code) == "" then
    return host.notify("There is no code here.", vim.log.levels.WARN)
  end
  local place = outputs.place(...)
  forget_removed()
  local run = { id = next_run, place = place, started = vim.uv.hrtime() }
  next_run = next_run + 1
  runs[run.id] = run
  draw(run)
  local function give_up(error)
    outputs.remove(place)
    runs[run.id] = nil
    if error then
      host.notify(error, vim.log.levels.ERROR)
    end
  end
  session.ensure(function()
    run.started = vim.uv.hrtime()
    host.call("execute", { run = run.id, code = code }, function(error)
      if error then
        give_up(error)
      end
    end)
  end, give_up)
end

---Runs code whose place in the buffer are these rows.
---@param buf integer
---@param first integer
---@param last integer
---@param code string
function M.code(buf, first, last, code)
  start(code, buf, first, last)
end

---As `code`, for a whole cell: its output finds it again by its code when it was moved.
function M.cell(buf, first, last, code)
  start(code, buf, first, last, code)
end

---Runs code that stands in no buffer; the log shows its output.
---@param code string
function M.unplaced(code)
  session.ensure(function()
    host.call("execute", { run = next_run, code = code })
    next_run = next_run + 1
  end)
end

---Puts text that Python has for the next input (`%load`, `%recall`) below the run that asked for it.
---@param text string
function M.next_input(text)
  local newest
  for _, run in pairs(runs) do
    if outputs.is_placed(run.place) and (not newest or run.id > newest.id) then
      newest = run
    end
  end
  local _, last = newest and outputs.rows(newest.place)
  if not newest or not last or not vim.bo[newest.place.buf].modifiable then
    return
  end
  local lines = vim.split(vim.trim(text), "\n")
  if vim.bo[newest.place.buf].filetype == "python" then
    table.insert(lines, 1, "# %%")
    table.insert(lines, 1, "")
  else
    lines = vim.list_extend({ "", "```python" }, lines)
    table.insert(lines, "```")
  end
  vim.api.nvim_buf_set_lines(newest.place.buf, last + 1, last + 1, false, lines)
end

---@param places ipyai.Placed[]
---@return ipyai.Run?
local function newest_of(places)
  local found
  for _, run in pairs(runs) do
    if vim.tbl_contains(places, run.place) and (not found or run.id > found.id) then
      found = run
    end
  end
  return found
end

---The run whose code is at the cursor.
---@return ipyai.Run?
function M.at_cursor()
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  local cell = cells.at(0, row)
  local here = outputs.at(vim.api.nvim_get_current_buf(), row)
  if #here == 0 and cell then
    here = outputs.at(vim.api.nvim_get_current_buf(), cells.end_row(0, cell))
  end
  return newest_of(here)
end

---The newest run of a cell.
---@param buf integer
---@param cell ipyai.Cell
---@return ipyai.Run?
function M.of_cell(buf, cell)
  return newest_of(vim.tbl_filter(function(place)
    return place.is_cell
  end, outputs.at(buf, cells.end_row(buf, cell))))
end

---In a notebook the place stays, and tells that nothing is there any more.
---@param place ipyai.Placed
local function clear(place)
  if vim.b[place.buf].ipyai_notebook and place.is_cell then
    outputs.empty(place)
  else
    outputs.remove(place)
  end
end

---Removes outputs: the one at the cursor, or the buffer's.
---@param all boolean
function M.clear(all)
  if all then
    for _, place in ipairs(outputs.at(vim.api.nvim_get_current_buf())) do
      clear(place)
    end
  else
    local run = M.at_cursor()
    if run then
      clear(run.place)
    end
  end
  forget_removed()
end

---Puts the outputs that a notebook's file holds below its cells.
---@param buf integer
---@param stored table[] messages about cells, with the rows of their code
function M.stored(buf, stored)
  local code_above = {}
  for _, cell in ipairs(cells.all(buf)) do
    code_above[cells.end_row(buf, cell)] = cells.code(buf, cell)
  end
  for _, cell in ipairs(stored) do
    local place = outputs.place(buf, cell.first, cell.last, code_above[cell.last] or "")
    local note = ("[%s] %s"):format(cell.count or " ", icons[kind_of(cell.status)])
    local run = { id = next_run, place = place, started = 0, cell = cell, note = note, finished = true }
    next_run = next_run + 1
    runs[run.id] = run
    draw(run)
  end
end

---What stands below the cells of a buffer: the row above it, and the cell it is of.
---@param buf integer
---@return { row: integer, key: string }[]
function M.marks(buf)
  local cell_of = {}
  for _, run in pairs(runs) do
    cell_of[run.place] = run.cell and run.cell.cellId
  end
  local marks = {}
  for _, place in ipairs(outputs.at(buf)) do
    local _, last = outputs.rows(place)
    local key = place.cleared and "cleared" or cell_of[place]
    if last and place.is_cell and key then
      table.insert(marks, { row = last, key = key })
    end
  end
  return marks
end

return M
