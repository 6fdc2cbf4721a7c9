---Windows beside the code: floats and splits with text to read.
local M = {}

local ns = vim.api.nvim_create_namespace("ipyai-windows")

---Leaves the current window; where it is the only one, for the buffer before.
function M.leave()
  if not pcall(vim.cmd.close) then
    pcall(vim.cmd.buffer, "#")
  end
end

---The keys that close what is there to be read.
---@param buf integer
---@param name string
function M.map_leave(buf, name)
  for _, key in ipairs({ "q", "<Esc>" }) do
    vim.keymap.set("n", key, M.leave, { buffer = buf, nowait = true, desc = "Close " .. name })
  end
end

---@param name string
---@return integer buf a buffer to read, that goes with its window
local function reading_buffer(name)
  local buf = vim.api.nvim_create_buf(false, true)
  vim.bo[buf].bufhidden = "wipe"
  vim.bo[buf].modifiable = false
  M.map_leave(buf, name)
  return buf
end

---How wide a float in the middle may be.
local function most_columns()
  return math.max(20, vim.o.columns - 8)
end

---A float in the middle, as large as what it holds, with the cursor in it.
---@param buf integer
---@param title string
---@return integer win
function M.float(buf, title)
  local widest = 30
  for _, line in ipairs(vim.api.nvim_buf_get_lines(buf, 0, 1000, false)) do
    widest = math.max(widest, vim.fn.strdisplaywidth(line))
  end
  local width = math.min(widest + 1, most_columns())
  local height = math.min(math.max(1, vim.api.nvim_buf_line_count(buf)), math.max(3, vim.o.lines - 8))
  local win = vim.api.nvim_open_win(buf, true, {
    relative = "editor",
    width = width,
    height = height,
    row = math.floor((vim.o.lines - height) / 2) - 1,
    col = math.floor((vim.o.columns - width) / 2),
    style = "minimal",
    border = "rounded",
    title = (" %s "):format(title),
    footer = " q closes ",
    footer_pos = "right",
  })
  vim.wo[win].smoothscroll = true
  return win
end

---Makes a float as high as its text.
---@param win integer
---@param most integer
---@param least? integer
---@return boolean whether all of it can be seen
function M.fit_height(win, most, least)
  vim.wo[win].wrap = true
  local height = vim.api.nvim_win_text_height(win, {}).all
  vim.api.nvim_win_set_height(win, math.max(least or 1, math.min(height, most)))
  return height <= most
end

---@param lines table[] styled lines
---@param title string
function M.show_lines(lines, title)
  local buf = reading_buffer(title)
  require("ipyai.highlights").set_lines(buf, ns, 0, -1, lines)
  M.float(buf, title)
end

---An answer of several lines.
---@param text string
---@param title string
function M.show_text(text, title)
  -- Broken at blanks: 'linebreak' would also part `:IpyaiRestart` from its colon.
  local rows = require("ipyai.cells.wrap").words(text, most_columns() - 1)
  local lines = vim.tbl_map(function(row)
    return { { row, "" } }
  end, rows)
  M.show_lines(lines, title)
end

---Buffers that show a cell's whole output, by its id. One request at a time: `again` asks for another one after it.
---@type table<string, { buf: integer, busy: boolean, again: boolean }>
local shown = {}

---Shows everything a cell printed, and what it prints from now on.
---@param cell_id string
---@param split boolean
function M.open_output(cell_id, split)
  -- A window that shows it already stays as it is.
  shown[cell_id] = nil
  require("ipyai.host").call("cellLines", { cellId = cell_id }, function(error, answer)
    if error then
      return require("ipyai.host").notify(error, vim.log.levels.ERROR)
    end
    local buf = reading_buffer("output")
    require("ipyai.highlights").set_lines(buf, ns, 0, -1, answer.lines)
    if split then
      vim.cmd("botright split")
      vim.api.nvim_win_set_buf(0, buf)
      vim.wo[0][0].smoothscroll = true
    else
      M.float(buf, "output")
    end
    shown[cell_id] = { buf = buf, busy = false, again = false }
  end)
end

---The cell printed more.
---@param cell_id string
function M.refresh_output(cell_id)
  local view = shown[cell_id]
  if not view then
    return
  elseif not vim.api.nvim_buf_is_valid(view.buf) then
    shown[cell_id] = nil
    require("ipyai.host").tell("cellLinesClosed", { cellId = cell_id })
    return
  elseif view.busy then
    view.again = true
    return
  end
  view.busy, view.again = true, false
  require("ipyai.host").call("cellLines", { cellId = cell_id, again = true }, function(error, answer)
    view.busy = false
    if not error and vim.api.nvim_buf_is_valid(view.buf) then
      local before = vim.api.nvim_buf_line_count(view.buf)
      require("ipyai.highlights").set_lines(view.buf, ns, answer.from, -1, answer.lines)
      M.follow(view.buf, before)
    end
    if view.again then
      M.refresh_output(cell_id)
    end
  end)
end

---A named buffer that lasts, to read.
---@param name string
---@param filetype string
---@return integer
function M.lasting_buffer(name, filetype)
  local buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_name(buf, name)
  vim.bo[buf].bufhidden = "hide"
  vim.bo[buf].undolevels = -1
  vim.bo[buf].filetype = filetype
  vim.bo[buf].modifiable = false
  M.map_leave(buf, name)
  return buf
end

---Shows a buffer in a window of this tab page, the one it is in if there is one.
---@param buf integer
---@param open string the command that opens a window
---@return integer win
function M.show(buf, open)
  local before = vim.api.nvim_get_current_win()
  local win = vim.iter(vim.api.nvim_tabpage_list_wins(0)):find(function(each)
    return vim.api.nvim_win_get_buf(each) == buf
  end)
  if win then
    vim.api.nvim_set_current_win(win)
  else
    vim.cmd(open)
    win = vim.api.nvim_get_current_win()
    vim.api.nvim_win_set_buf(win, buf)
    -- For this buffer in this window alone.
    local options = vim.wo[win][0]
    options.wrap, options.linebreak, options.number, options.relativenumber = true, true, false, false
    options.signcolumn, options.foldcolumn = "no", "0"
    -- Else a paragraph that is longer than the window leaves it blank when the text below it is followed.
    options.smoothscroll = true
    vim.cmd("normal! G")
  end
  vim.api.nvim_set_current_win(before)
  return win
end

---As `show`; the cursor goes there.
function M.enter(buf, open)
  local win = M.show(buf, open)
  vim.api.nvim_set_current_win(win)
  return win
end

---Replaces rows of a buffer to read; windows at its end stay there.
---@param buf integer
---@param first integer
---@param last integer
---@param lines string[]
function M.replace(buf, first, last, lines)
  local before = vim.api.nvim_buf_line_count(buf)
  vim.bo[buf].modifiable = true
  vim.api.nvim_buf_set_lines(buf, first, last, false, lines)
  vim.bo[buf].modifiable = false
  M.follow(buf, before)
end

---Moves windows whose cursor was on the last of `before` lines to the end.
---@param buf integer
---@param before? integer without it all of them
function M.follow(buf, before)
  local count = vim.api.nvim_buf_line_count(buf)
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    if not before or vim.api.nvim_win_get_cursor(win)[1] >= before then
      vim.api.nvim_win_set_cursor(win, { count, 0 })
    end
  end
end

---Closes a window that may be gone already, or was never there.
---@param win? integer
function M.close(win)
  if win and vim.api.nvim_win_is_valid(win) then
    vim.api.nvim_win_close(win, true)
  end
end

return M
