---Pictures. In terminals with kitty's graphics protocol their text is placeholders, coloured by the picture's id; the
---terminal is told each picture once, when it is first drawn. In others they are made of half blocks.
local M = {}

local host = require("ipyai.host")
local terminal = require("ipyai.terminal")

---@type table<integer, true>
local told = {}
local redraws = false

local function has_terminal()
  return terminal.is_reachable() and vim.iter(vim.api.nvim_list_uis()):any(function(ui)
    return ui.stdout_tty
  end)
end

---What tmux says of itself and of the terminal it is in; asked once.
---@type { passes: boolean, terminal: string }?
local tmux

---@return { passes: boolean, terminal: string }
local function ask_tmux()
  if not tmux then
    local format = "#{allow-passthrough}|#{client_termtype} #{client_termname}"
    local ok, result = pcall(function()
      return vim.system({ "tmux", "display-message", "-p", format }, { text = true, timeout = 500 }):wait()
    end)
    local passing, terminal = (ok and result.stdout or ""):match("^(%l+)|([^\n]*)")
    tmux = { passes = passing == "on" or passing == "all", terminal = terminal or "" }
  end
  return tmux
end

---Whether the terminal has placeholders. tmux hands pictures on where its option `allow-passthrough` says so.
local function is_able()
  if vim.env.STY then
    return false
  elseif vim.env.TMUX then
    local facts = ask_tmux()
    local name = facts.terminal:lower()
    return facts.passes and (name:find("kitty") or name:find("ghostty")) ~= nil
  end
  local term = vim.env.TERM or ""
  return (vim.env.KITTY_WINDOW_ID or vim.env.GHOSTTY_RESOURCES_DIR or term:match("^xterm%-kitty$") or term:match("^xterm%-ghostty$")) ~= nil
end

---How pictures are shown: by kitty's protocol, or of half blocks.
---@param wanted "auto"|"always"|"blocks"
---@return "kitty"|"blocks"
local function kind_of(wanted)
  local is_kitty = wanted == "always" or (wanted == "auto" and has_terminal() and is_able())
  return is_kitty and "kitty" or "blocks"
end

---What the process beside Neovim needs to know to show pictures; nil when they are only named.
---@return table?
function M.settings()
  local options = require("ipyai.config").options.output
  if not options.pictures then
    return nil
  end
  -- Without 24 bits of colour an id is one of the 256 colours. The first 16 may be written otherwise.
  local first = 16
  if vim.o.termguicolors then
    -- Other programs in this terminal have pictures too.
    first = 0x10000 + (vim.uv.hrtime() % 0xe0) * 0x10000
  end
  return {
    kind = kind_of(options.pictures),
    tmux = vim.env.TMUX ~= nil,
    columns = math.max(10, math.min(100, vim.o.columns - 8)),
    rows = math.max(4, math.min(20, options.max_lines)),
    cell = terminal.cell_size(),
    firstId = first,
    lastId = first + (vim.o.termguicolors and 0xffff or 0xd7),
  }
end

---Placeholders that were drawn before their picture was there are drawn again.
local function redraw()
  if redraws then
    return
  end
  redraws = true
  vim.schedule(function()
    redraws = false
    vim.cmd.redraw({ bang = true })
  end)
end

---@param id integer
local function tell(id)
  told[id] = true
  host.call("picture", { id = id }, function(error, sequences)
    if error then
      return host.notify(error, vim.log.levels.ERROR)
    end
    terminal.send(sequences, redraw)
  end)
end

---The group that colours the placeholders of a picture; the terminal is told it the first time.
---@param id integer
---@return string
function M.group(id)
  local name = "IpyaiPicture_" .. id
  if not told[id] then
    vim.api.nvim_set_hl(0, name, { fg = ("#%06x"):format(id), ctermfg = id < 256 and id or nil, nocombine = true })
    tell(id)
  end
  return name
end

vim.api.nvim_create_autocmd("VimLeavePre", {
  group = vim.api.nvim_create_augroup("ipyai-pictures", {}),
  callback = function()
    terminal.send_last(vim
      .iter(vim.tbl_keys(told))
      :map(function(id)
        local sequence = ("\27_Ga=d,d=I,i=%d,q=2\27\\"):format(id)
        return vim.env.TMUX and ("\27Ptmux;%s\27\\"):format((sequence:gsub("\27", "\27\27"))) or sequence
      end)
      :totable())
  end,
})

return M
