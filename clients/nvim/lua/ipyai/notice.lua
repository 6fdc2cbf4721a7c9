---What the person is told. A message of Neovim's own that is longer than its line takes all keys until Enter is
---pressed: such a one stands in a float for a while, which takes none, and in `:messages`.
local M = {}

---How long the float stays.
local shown_ms = 10000

local groups = { [vim.log.levels.WARN] = "WarningMsg", [vim.log.levels.ERROR] = "ErrorMsg" }

---@type { win: integer, text: string }?
local float
---@type uv.uv_timer_t?
local timer

---Whether messages are Neovim's own. What people put in place of `vim.notify` shows any length.
local function is_own()
  return debug.getinfo(vim.notify, "S").source:find("vim/_", 1, true) ~= nil
end

---Whether what Neovim itself does would ask for Enter.
---@param text string
local function is_too_long(text)
  if #vim.api.nvim_list_uis() == 0 then
    return false
  end
  return vim.o.cmdheight == 0 or text:find("\n") ~= nil or vim.fn.strdisplaywidth(text) > vim.v.echospace
end

---Puts the text into `:messages`, in pieces that ask for no Enter. Without a line for messages any of them would.
---@param text string
---@param group? string
local function remember(text, group)
  if vim.o.cmdheight == 0 then
    return
  end
  for _, line in ipairs(vim.split(text, "\n")) do
    for _, row in ipairs((require("ipyai.cells.wrap").rows({ { line, "" } }, vim.v.echospace, math.huge))) do
      vim.api.nvim_echo({ { row[1] and row[1][1] or " ", group } }, true, {})
      vim.cmd.redraw()
    end
  end
  vim.api.nvim_echo({ { "" } }, false, {})
end

local function close()
  require("ipyai.windows").close(float and float.win)
  float = nil
end

---@param text string
---@param group? string
local function open_float(text, group)
  -- What was said just before is still to be read.
  text = float and vim.api.nvim_win_is_valid(float.win) and float.text .. "\n" .. text or text
  close()
  local buf = vim.api.nvim_create_buf(false, true)
  vim.bo[buf].bufhidden = "wipe"
  local most = math.max(20, math.min(80, vim.o.columns - 4))
  -- Not 'linebreak', which breaks `:IpyaiRestart` behind its colon.
  local lines = require("ipyai.cells.wrap").words(text, most)
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  local widths = vim.tbl_map(vim.fn.strdisplaywidth, lines)
  local win = vim.api.nvim_open_win(buf, false, {
    relative = "editor",
    anchor = "SE",
    row = vim.o.lines - vim.o.cmdheight - 1,
    col = vim.o.columns,
    width = math.max(1, math.min(most, math.max(unpack(widths)))),
    height = 1,
    style = "minimal",
    border = "rounded",
    title = { { " ipyai ", group or "FloatTitle" } },
    focusable = false,
    noautocmd = true,
    zindex = 150,
  })
  require("ipyai.windows").fit_height(win, math.floor(vim.o.lines / 2))
  float = { win = win, text = text }
  timer = timer or vim.uv.new_timer()
  timer:start(shown_ms, 0, vim.schedule_wrap(close))
end

---@param text string
---@param level? integer
function M.notify(text, level)
  level = level or vim.log.levels.INFO
  if not is_own() then
    return vim.notify(text, level, { title = "ipyai" })
  elseif not is_too_long(text) then
    -- As a message, which Neovim's own makes an error of the command or autocommand that it comes in.
    return vim.api.nvim_echo({ { text, groups[level] } }, true, {})
  end
  remember(text, groups[level])
  open_float(text, groups[level])
end

---Says something that is of no interest later: the end of it when it is longer than its line.
---@param text string
function M.say(text)
  local room = vim.v.echospace
  local over = vim.fn.strdisplaywidth(text) - room
  if over > 0 then
    text = "<" .. vim.fn.strcharpart(text, over + 1)
  end
  vim.api.nvim_echo({ { text } }, false, {})
end

return M
