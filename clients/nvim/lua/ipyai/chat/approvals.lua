---What the AI asks permission for: the code in a float that takes no keys, the question by `vim.ui.select`.
local M = {}

local host = require("ipyai.host")
local ui = require("ipyai.ui")
local windows = require("ipyai.windows")

---@class ipyai.Approval
---@field approvalId string
---@field tool string
---@field text string
---@field language string
---@field always? string
---@field mine boolean whether the prompt was asked here: only then a question interrupts

---Those that wait for an answer, the oldest first.
---@type ipyai.Approval[]
local pending = {}
---@type { approvalId: string, win: integer, is_whole: boolean }?
local float
---The one that `vim.ui.select` asks about now.
---@type string?
local asking

local group = vim.api.nvim_create_augroup("ipyai-approvals", {})

local function close_float()
  windows.close(float and float.win)
  float = nil
end

---@param approval ipyai.Approval
local function open_float(approval)
  close_float()
  local buf = vim.api.nvim_create_buf(false, true)
  vim.bo[buf].bufhidden = "wipe"
  local lines = vim.split(approval.text, "\n")
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  vim.bo[buf].modifiable = false
  -- Colours only: a filetype would start people's servers on it.
  vim.bo[buf].syntax = approval.language
  local widest = 40
  for _, line in ipairs(lines) do
    widest = math.max(widest, vim.fn.strdisplaywidth(line) + 1)
  end
  local width = math.min(widest, vim.o.columns - 4)
  local win = vim.api.nvim_open_win(buf, false, {
    relative = "editor",
    anchor = "NE",
    row = 1,
    col = vim.o.columns,
    width = width,
    height = 1,
    style = "minimal",
    border = "rounded",
    title = (" %s asks permission "):format(approval.tool),
    footer = " :IpyaiApprove answers ",
    noautocmd = true,
  })
  local is_whole = windows.fit_height(win, math.max(1, math.floor(vim.o.lines / 2)))
  if not is_whole then
    vim.api.nvim_win_set_config(win, { footer = (" %d lines, not all seen: :IpyaiApprove answers "):format(#lines) })
  end
  float = { approvalId = approval.approvalId, win = win, is_whole = is_whole }
end

---Lets the person read all of it; when they leave it, they are asked again.
---@param approval ipyai.Approval
---@param ask fun(approval: ipyai.Approval)
local function read(approval, ask)
  open_float(approval)
  local buf = vim.api.nvim_win_get_buf(float.win)
  vim.api.nvim_set_current_win(float.win)
  vim.api.nvim_win_set_config(float.win, { footer = " q asks again " })
  for _, key in ipairs({ "q", "<Esc>" }) do
    vim.keymap.set("n", key, "<Cmd>wincmd p<CR>", { buffer = buf, nowait = true })
  end
  vim.api.nvim_create_autocmd("WinLeave", {
    buffer = buf,
    once = true,
    callback = vim.schedule_wrap(function()
      if pending[1] == approval and not asking then
        open_float(approval)
        ask(approval)
      end
    end),
  })
end

local function find(approval_id)
  for index, approval in ipairs(pending) do
    if approval.approvalId == approval_id then
      return index
    end
  end
end

---@param approval ipyai.Approval
---@param decision "allow"|"allowAlways"|"deny"
---@param message? string
local function answer(approval, decision, message)
  local params = { approvalId = approval.approvalId, decision = decision, message = message }
  host.call("answerPermission", params, function(error)
    -- Someone else may have been faster: then the float is gone, and the message said so.
    if error and find(approval.approvalId) then
      host.notify(error, vim.log.levels.ERROR)
    end
  end)
end

---@param approval ipyai.Approval
local function ask(approval)
  local choices = { { "allow", "Allow" }, { "deny", "Deny" }, { "reason", "Deny and say why" } }
  if approval.always then
    table.insert(choices, 2, { "allowAlways", "Always: " .. approval.always })
  end
  if float and not float.is_whole then
    table.insert(choices, 1, { "read", "Read all of it" })
  end
  asking = approval.approvalId
  -- Neovim's own question keeps the screen as it is: the float must be on it.
  vim.cmd.redraw()
  ui.select(choices, {
    prompt = ("Allow %s?"):format(approval.tool),
    kind = "ipyai-approval",
    format_item = function(choice)
      return choice[2]
    end,
  }, function(choice)
    asking = nil
    if not find(approval.approvalId) then
      return
    end
    if not choice then
      return host.notify("It still waits for an answer: :IpyaiApprove asks again.")
    end
    if choice[1] == "read" then
      return read(approval, ask)
    end
    if choice[1] ~= "reason" then
      return answer(approval, choice[1])
    end
    vim.ui.input({ prompt = "Why not: " }, function(reason)
      if reason then
        answer(approval, "deny", reason)
      end
    end)
  end)
end

---Shows the oldest that waits and asks about it, at once or when the person has stopped typing.
local function show()
  local approval = pending[1]
  vim.api.nvim_clear_autocmds({ group = group })
  if not approval then
    return close_float()
  end
  open_float(approval)
  if asking or not approval.mine then
    return
  end
  if not ui.is_typing() then
    return vim.schedule(function()
      if pending[1] == approval and not asking and not ui.is_typing() then
        ask(approval)
      end
    end)
  end
  vim.api.nvim_create_autocmd("ModeChanged", {
    group = group,
    pattern = "*:n",
    once = true,
    callback = vim.schedule_wrap(show),
  })
end

---@param approval ipyai.Approval
function M.asked(approval)
  if find(approval.approvalId) then
    return
  end
  table.insert(pending, approval)
  if #pending == 1 then
    show()
  end
end

---Answered, by whomever.
---@param message { approvalId: string, text?: string }
function M.ended(message)
  local index = find(message.approvalId)
  if not index then
    return
  end
  local approval = table.remove(pending, index)
  if asking == message.approvalId then
    -- The question that Neovim itself asks ends with Escape; pickers are left to the person, their choice counts no more.
    asking = nil
    if vim.api.nvim_get_mode().mode:match("^[rc]") then
      vim.api.nvim_input("<Esc>")
    end
    host.notify(message.text or (approval.tool .. " allowed"))
  end
  show()
end

function M.clear()
  pending, asking = {}, nil
  show()
end

---`:IpyaiApprove`.
function M.approve()
  if not pending[1] then
    return host.notify("Nothing waits for permission.")
  end
  open_float(pending[1])
  ask(pending[1])
end

return M
