---What the `<Plug>(ipyai-...)` maps do, and the default keys for them.
local M = {}

---@param command string
---@param bang? boolean
local function command(command)
  return function()
    vim.cmd(command)
  end
end

local function suggest()
  return require("ipyai.suggest")
end

---The selection of visual mode, which ends.
local function selected()
  local mode = vim.api.nvim_get_mode().mode
  if not mode:match("^[vV\22]") then
    return
  end
  local selection = require("ipyai.chat.prompt").region(vim.fn.getpos("v"), vim.fn.getpos("."), mode:sub(1, 1))
  vim.api.nvim_feedkeys(vim.keycode("<Esc>"), "nx", false)
  return selection
end

---@type table<string, fun()>
local actions = {
  ["run-cell"] = command("IpyaiRunCell"),
  ["run-cell-next"] = command("IpyaiRunCellNext"),
  ["run-line"] = command("IpyaiRunLine"),
  ["run-above"] = command("IpyaiRunAbove"),
  ["run-all"] = command("IpyaiRunAll"),
  ["clear"] = command("IpyaiClear"),
  ["clear-all"] = command("IpyaiClear!"),
  ["output"] = command("IpyaiOutput"),
  ["open"] = command("IpyaiOpen"),
  ["log"] = command("IpyaiLog"),
  ["chat"] = command("IpyaiChat"),
  ["cancel"] = command("IpyaiCancel"),
  ["approve"] = command("IpyaiApprove"),
  ["interrupt"] = command("IpyaiInterrupt"),
  ["restart"] = command("IpyaiRestart"),
  ["prompt"] = function()
    require("ipyai.chat.prompt").ask("", selected(), "chat")
  end,
  ["prompt-below"] = function()
    require("ipyai.chat.prompt").ask("", selected(), "below")
  end,
  ["next-cell"] = function()
    require("ipyai.cells.run").go(1)
  end,
  ["previous-cell"] = function()
    require("ipyai.cells.run").go(-1)
  end,
  ["suggest"] = function()
    suggest().ask("asked")
  end,
  ["accept"] = function()
    suggest().accept("all")
  end,
  ["accept-word"] = function()
    suggest().accept("word")
  end,
  ["accept-line"] = function()
    suggest().accept("line")
  end,
  ["dismiss"] = function()
    suggest().dismiss()
  end,
  ["next"] = function()
    suggest().cycle(1)
  end,
  ["previous"] = function()
    suggest().cycle(-1)
  end,
  ["insert-blocks"] = function()
    require("ipyai.chat.blocks").insert_all()
  end,
  ["insert-next-block"] = function()
    require("ipyai.chat.blocks").cycle(1)
  end,
  ["insert-previous-block"] = function()
    require("ipyai.chat.blocks").cycle(-1)
  end,
}
for nth = 1, 9 do
  actions["insert-block-" .. nth] = function()
    require("ipyai.chat.blocks").insert(nth)
  end
end

---Does what a `<Plug>` map says.
---@param name string
function M.press(name)
  actions[name]()
end

---Modes of maps that are not for normal mode alone.
local modes = {
  ["run"] = { "n", "x" },
  ["prompt"] = { "n", "x" },
  ["prompt-below"] = { "n", "x" },
  ["suggest"] = { "i" },
  ["accept"] = { "i" },
  ["accept-word"] = { "i" },
  ["accept-line"] = { "i" },
  ["dismiss"] = { "i" },
  ["next"] = { "i" },
  ["previous"] = { "i" },
}

---Maps that belong to the key while a suggestion shows; else it does what it did before.
local only_with_suggestion = { ["accept"] = true, ["accept-word"] = true, ["accept-line"] = true, ["dismiss"] = true }

---What a key in insert mode did before, as keys; nil when that was done already.
---@param before table as `maparg` gives it
---@param key string
---@return string?
local function earlier(before, key)
  if vim.tbl_isempty(before) then
    -- Alt and a key would leave insert mode, and type the key.
    return not key:match("^<[MAma]%-") and key or ""
  elseif before.callback then
    if before.expr == 1 then
      return before.callback()
    end
    vim.schedule(before.callback)
    return ""
  end
  return before.expr == 1 and vim.api.nvim_eval(before.rhs) or before.rhs
end

---@param buf integer
---@param name string
---@param key string
local function map_suggestion(buf, name, key)
  local before = vim.api.nvim_buf_call(buf, function()
    return vim.fn.maparg(key, "i", false, true)
  end)
  if before.desc == "ipyai: " .. name then
    return
  end
  vim.keymap.set("i", key, function()
    local loaded = package.loaded["ipyai.suggest"]
    return loaded and loaded.is_visible() and ("<Plug>(ipyai-%s)"):format(name) or earlier(before, key)
  end, { buffer = buf, expr = true, remap = true, replace_keycodes = true, desc = "ipyai: " .. name })
end

local function map(buf)
  local options = require("ipyai.config").options
  for name, key in pairs(options.keys or {}) do
    if key and only_with_suggestion[name] then
      map_suggestion(buf, name, key)
    elseif key then
      local mode = modes[name] or (name:match("^insert") and { "n", "i" }) or { "n" }
      vim.keymap.set(mode, key, ("<Plug>(ipyai-%s)"):format(name), { buffer = buf, desc = "ipyai: " .. name })
    end
  end
end

---Sets the default maps in buffers of the file types, those that are open included.
function M.setup()
  local group = vim.api.nvim_create_augroup("ipyai-keys", {})
  local options = require("ipyai.config").options
  if not options.keys then
    return
  end
  vim.api.nvim_create_autocmd("FileType", {
    group = group,
    pattern = options.filetypes,
    callback = function(event)
      map(event.buf)
    end,
  })
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buf) and vim.tbl_contains(options.filetypes, vim.bo[buf].filetype) then
      map(buf)
    end
  end
end

return M
