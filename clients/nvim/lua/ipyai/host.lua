---The process beside Neovim: started on first use, called by notifications only, so that nothing waits for it.
local M = {}

---@type integer?
local channel
local next_id = 1
---@type table<integer, fun(error: string?, result: any)>
local waiting = {}
---The last lines the process wrote to its standard error, for when it ends by itself.
local complaints = {}

---The package this plugin is a part of.
---@return string
function M.root()
  local source = vim.uv.fs_realpath(debug.getinfo(1, "S").source:sub(2))
  return vim.fs.dirname(vim.fs.dirname(vim.fs.dirname(vim.fs.dirname(vim.fs.dirname(source)))))
end

---@return string[]
function M.command()
  return require("ipyai.config").options.command or { M.root() .. "/bin/ipyai", "nvim-host" }
end

local function fail_all(reason)
  local callbacks = waiting
  waiting = {}
  for _, callback in pairs(callbacks) do
    callback(reason)
  end
end

local function on_exit(_, code)
  if not channel or vim.v.exiting ~= vim.NIL then
    return
  end
  channel = nil
  local said = vim.trim(table.concat(complaints, "\n"))
  local text = ("The process beside Neovim ended with code %d.%s"):format(code, said ~= "" and "\n" .. said or "")
  local session = require("ipyai.session")
  local before = session.current
  local had_callers = next(waiting) ~= nil
  fail_all(text)
  M.receive({ { kind = "session" } })
  local is_back = before and session.rejoin(before) or false
  if not had_callers or is_back then
    text = text .. "\n" .. (is_back and "It is started again." or "The next command starts it again.")
    M.notify(text, vim.log.levels.ERROR)
  end
end

local function on_stderr(_, lines)
  vim.list_extend(complaints, lines)
  complaints = vim.list_slice(complaints, math.max(1, #complaints - 10))
end

local function configure()
  if not channel then
    return
  end
  local options = require("ipyai.config").options
  vim.rpcnotify(channel, "ipyai", 0, "configure", {
    maxLines = options.output.max_lines,
    pictures = require("ipyai.cells.pictures").settings(),
    thinking = options.chat.thinking ~= "hide",
  })
end

---@return string? error
local function start()
  complaints = {}
  local ok, result = pcall(vim.fn.jobstart, M.command(), { rpc = true, on_exit = on_exit, on_stderr = on_stderr })
  if not ok or result <= 0 then
    local reason = ok and "it cannot be run" or tostring(result)
    return ("%s: %s. :checkhealth ipyai says more."):format(table.concat(M.command(), " "), reason)
  end
  channel = result
  configure()
  local group = vim.api.nvim_create_augroup("ipyai-host", {})
  vim.api.nvim_create_autocmd("VimResized", { group = group, callback = configure })
  vim.api.nvim_create_autocmd("VimLeavePre", {
    group = group,
    callback = function()
      -- A Neovim that is killed leaves its session as it is.
      if channel and vim.v.dying == 0 then
        vim.rpcnotify(channel, "ipyai", 0, "leaving", {})
      end
    end,
  })
end

---The process that runs now: another value after it was started anew, nil while there is none.
---@return integer?
function M.instance()
  return channel
end

---Calls a method of the process; `callback` is called later, once.
---@param method string
---@param params table
---@param callback? fun(error: string?, result: any) without one an error is shown
function M.call(method, params, callback)
  callback = callback or function(error)
    if error then
      M.notify(error, vim.log.levels.ERROR)
    end
  end
  local problem = not channel and start()
  if problem then
    return vim.schedule(function()
      callback(problem)
    end)
  end
  local id = next_id
  next_id = id + 1
  waiting[id] = callback
  vim.rpcnotify(channel, "ipyai", id, method, params)
end

---Tells the process something if it runs.
function M.tell(method, params)
  if channel then
    vim.rpcnotify(channel, "ipyai", 0, method, params)
  end
end

local receivers = {
  session = function(message)
    require("ipyai.session").receive(message)
  end,
  cell = function(message)
    require("ipyai.cells.runs").receive(message)
    require("ipyai.log").receive(message)
  end,
  chat = function(message)
    require("ipyai.chat").receive(message)
  end,
  approval = function(message)
    require("ipyai.chat.approvals").asked(message)
  end,
  approvalEnded = function(message)
    require("ipyai.chat.approvals").ended(message)
  end,
  input = function(message)
    require("ipyai.input").ask(message)
  end,
  inputEnded = function(message)
    require("ipyai.input").ended(message.inputId)
  end,
  page = function(message)
    require("ipyai.windows").show_lines(message.lines, "ipyai")
  end,
  nextInput = function(message)
    require("ipyai.cells.runs").next_input(message.text)
  end,
  edit = function(message)
    require("ipyai.edit").open(message.path, message.line)
  end,
  exit = function(message)
    require("ipyai.session").exit(message.keep)
  end,
  goOver = function(message)
    require("ipyai.commands").go_over(message.session)
  end,
  notice = function(message)
    M.notify(message.text, vim.log.levels[({ info = "INFO", warning = "WARN", error = "ERROR" })[message.level]])
  end,
  progress = function(message)
    require("ipyai.notice").say(message.text)
  end,
  answer = function(message)
    local callback = waiting[message.id]
    waiting[message.id] = nil
    if callback then
      callback(message.error, message.result)
    end
  end,
}

---Takes messages of the process, in order. One that fails does not keep the others from being taken.
---@param messages table[]
function M.receive(messages)
  for _, message in ipairs(messages) do
    local ok, problem = pcall(receivers[message.kind], message)
    if not ok then
      M.notify(tostring(problem), vim.log.levels.ERROR)
    end
  end
end

M.notify = require("ipyai.notice").notify

return M
