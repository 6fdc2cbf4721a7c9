---The terminal that Neovim is drawn on: the size of its cells, and sequences of ours that reach it whole.
---
---Before 0.12 (`nvim_ui_send`) they are written to the terminal's device. The descriptor that Neovim draws with does not
---block, so a write to it loses what the terminal has no room for; one of our own does block, and the kernel lets no
---other write into the middle of it. A thread waits for the room, not the editor.
local M = {}

local uv = vim.uv

local has_ffi, ffi = pcall(require, "ffi")
if has_ffi then
  -- A second declaration in one Neovim is an error, as after a reload of this module.
  pcall(
    ffi.cdef,
    [[
      char *ttyname(int fd);
      int ioctl(int fd, unsigned long request, ...);
      struct ipyai_winsize { unsigned short rows, columns, width, height; };
    ]]
  )
end

---The device, `false` when there is none that can be written to.
---@type integer|false|nil
local device

---@return integer? descriptor
local function open()
  if device == nil then
    local name = has_ffi and ffi.C.ttyname(1) or nil
    local flags = uv.constants.O_WRONLY + uv.constants.O_NOCTTY
    device = name and name ~= ffi.NULL and uv.fs_open(ffi.string(name), flags, 0) or false
  end
  return device or nil
end

---Whether `send` gets anywhere.
---@return boolean
function M.is_reachable()
  return vim.api.nvim_ui_send ~= nil or open() ~= nil
end

---A cell's width and height in pixels; nil where the terminal does not tell.
---@return { width: number, height: number }?
function M.cell_size()
  local descriptor = open()
  if not descriptor then
    return nil
  end
  local request = jit.os == "OSX" and 0x40087468 or 0x5413 -- TIOCGWINSZ
  local size = ffi.new("struct ipyai_winsize")
  if ffi.C.ioctl(descriptor, request, size) ~= 0 or size.width == 0 or size.height == 0 or size.columns == 0 or size.rows == 0 then
    return nil
  end
  return { width = size.width / size.columns, height = size.height / size.rows }
end

---@type { text: string, done?: fun() }[]
local queue = {}
local writing = false

local function write_next()
  local first = queue[1]
  local descriptor = open()
  if writing or not first or not descriptor then
    return
  end
  writing = true
  uv.fs_write(descriptor, first.text, -1, function(error, written)
    writing = false
    if not error and written < #first.text then
      -- A signal came in between.
      first.text = first.text:sub(written + 1)
    else
      table.remove(queue, 1)
      if first.done then
        vim.schedule(first.done)
      end
    end
    write_next()
  end)
end

---Sends sequences one after another, behind those that were sent before; `done` is called when all are on their way.
---@param sequences string[]
---@param done? fun()
function M.send(sequences, done)
  if vim.api.nvim_ui_send then
    vim.iter(sequences):each(vim.api.nvim_ui_send)
    return done and done()
  end
  for index, text in ipairs(sequences) do
    queue[#queue + 1] = { text = text, done = index == #sequences and done or nil }
  end
  write_next()
end

---Sends before it returns and forgets what still waits, for when Neovim leaves.
---@param sequences string[]
function M.send_last(sequences)
  queue = {}
  if vim.api.nvim_ui_send then
    return M.send(sequences)
  end
  local descriptor = open()
  if descriptor then
    uv.fs_write(descriptor, table.concat(sequences), -1)
  end
end

return M
