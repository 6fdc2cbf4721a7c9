---The session this Neovim is in: starting, joining, leaving, and its state as the server tells it.
local M = {}

local host = require("ipyai.host")

---@class ipyai.Session
---@field sessionId string
---@field kernel "starting"|"idle"|"busy"|"dead"|"none"
---@field kernelId? string
---@field backend? string
---@field model? string
---@field permissions string
---@field participants string[]
---@field terminals integer what the tools of the AI left running
---@field own? boolean whether it ends with this Neovim
---@field link "ready"|"lost"

---@type ipyai.Session?
M.current = nil

---What waits for a session to be there, and what is to be done when none comes.
---@type { ready: fun(), abandoned?: fun() }[]
local waiting = {}
local opening = false

---Tells everyone who waits, each for itself.
---@param what "ready"|"abandoned"
local function tell_waiting(what)
  opening = false
  local told = waiting
  waiting = {}
  for _, each in ipairs(told) do
    local ok, problem = pcall(each[what] or function() end)
    if not ok then
      host.notify(tostring(problem), vim.log.levels.ERROR)
    end
  end
end

function M.receive(message)
  local before = M.current
  M.current = message.sessionId and message or nil
  if before and (not M.current or M.current.sessionId ~= before.sessionId) then
    require("ipyai.cells.runs").session_ended()
    require("ipyai.log").clear()
    require("ipyai.chat").clear()
    require("ipyai.chat.approvals").clear()
  end
  local suggest = package.loaded["ipyai.suggest"]
  if before and M.current and before.kernelId and M.current.kernelId ~= before.kernelId then
    require("ipyai.cells.runs").kernel_changed()
  end
  if suggest and before and (not M.current or M.current.kernelId ~= before.kernelId) then
    -- It was made for variables that are no more.
    suggest.dismiss()
  end
  vim.cmd.redrawstatus({ bang = true })
  vim.api.nvim_exec_autocmds("User", { pattern = "IpyaiSession", modeline = false })
end

---@return string
function M.status()
  local session = M.current
  if not session then
    return opening and "ipyai starting" or ""
  end
  if session.link == "lost" then
    return "ipyai: server lost"
  end
  local others = #session.participants > 1 and ("+%d"):format(#session.participants - 1) or ""
  local words = { "ipyai" .. others, session.kernel, session.model or session.backend or "no AI", session.permissions }
  if session.terminals > 0 then
    words[#words + 1] = ("%d running"):format(session.terminals)
  end
  return table.concat(words, " ")
end

local function place()
  return {
    cwd = vim.fn.getcwd(),
    columns = math.max(40, vim.o.columns - 8),
    python = require("ipyai.config").options.python,
  }
end

local function opened(what, done)
  opening = true
  return function(error, result)
    if error then
      tell_waiting("abandoned")
      return host.notify(error, vim.log.levels.ERROR)
    end
    host.notify(what)
    tell_waiting("ready")
    if done then
      done(result)
    end
  end
end

---Says what takes its time.
---@param text string
local function say_starting(text)
  opening = true
  vim.cmd.redrawstatus({ bang = true })
  require("ipyai.notice").say(text)
end

---Starts a session with a kernel of its own.
---@param python? string
function M.start(python)
  say_starting("Starting a session…")
  local params = place()
  params.python = python or params.python
  local settings = require("ipyai.config").options.session
  if next(settings) then
    params.settings = settings
  end
  host.call("start", params, opened("A session has started."))
end

---@param name string its id, the beginning of that, or IPython's number
function M.join(name)
  say_starting("Joining the session…")
  local params = place()
  params.session = name
  host.call("join", params, opened("Joined the session."))
end

---When that was done last, in milliseconds.
local rejoined = -math.huge
---A process that ends again so soon is not started again by itself.
local too_soon_ms = 10000

---Goes back to the session before, whose process beside Neovim ended.
---@param before ipyai.Session
---@return boolean whether it tries to
function M.rejoin(before)
  local now = vim.uv.now()
  if now - rejoined < too_soon_ms then
    return false
  end
  rejoined = now
  local params = place()
  params.session, params.own = before.sessionId, before.own
  host.call("join", params, opened("Back in the session."))
  return true
end

local function describe(choice)
  local when = os.date("%d %b %H:%M", choice.updatedAt)
  local title = (choice.title or "no prompts yet"):gsub("%s+", " ")
  local function count(number, what)
    return ("%d %s%s"):format(number, what, number == 1 and "" or "s")
  end
  local counts = count(choice.cells, "cell") .. ", " .. count(choice.turns, "prompt")
  -- As `:IpyaiJoin` takes it.
  local name = choice.number or choice.sessionId:sub(1, 13)
  return ("%s  %s  %s  %s  %s  %s"):format(name, choice.state, when, counts, vim.fn.fnamemodify(choice.cwd, ":~"), title)
end

---Offers sessions and joins the chosen one, or the only live one of a folder at once.
---@param params { cwd?: string, live?: boolean }
---@param none string what to say when there is none
function M.pick(params, none)
  host.call("sessions", params, function(error, sessions)
    if error or #sessions == 0 then
      return host.notify(error or none, error and vim.log.levels.ERROR or vim.log.levels.WARN)
    end
    if params.live and params.cwd and #sessions == 1 then
      return M.join(sessions[1].sessionId)
    end
    require("ipyai.ui").select(sessions, { prompt = "Session", format_item = describe, kind = "ipyai-session" }, function(choice)
      if choice then
        M.join(choice.sessionId)
      end
    end)
  end)
end

---Ends the session; where others work in it, asks first.
---@param how? "keep"|"all" keep: leaves it running; all: ends it for others too
function M.stop(how)
  host.call("stop", { how = how }, function(error, result)
    if error then
      return host.notify(error, vim.log.levels.ERROR)
    elseif #result.others == 0 then
      return host.notify(result.ended and "The session has ended." or "Left the session; it goes on.")
    end
    local names = table.concat(result.others, ", ")
    local choices = {
      { how = "keep", text = "Leave it to " .. names },
      { how = "all", text = "End it for everyone" },
    }
    require("ipyai.ui").select(choices, {
      prompt = names .. " also works in this session",
      format_item = function(choice)
        return choice.text
      end,
      kind = "ipyai-stop",
    }, function(choice)
      if choice then
        M.stop(choice.how)
      end
    end)
  end)
end

---`exit` in a cell: as `:IpyaiStop`, but others keep the session without a question.
---@param keep boolean
function M.exit(keep)
  host.call("stop", { how = keep and "keep" or nil }, function(error, result)
    if error then
      host.notify(error, vim.log.levels.ERROR)
    elseif #result.others > 0 then
      M.stop("keep")
    else
      host.notify(result.ended and "The session has ended." or "Left the session; it goes on.")
    end
  end)
end

local function offer()
  host.call("sessions", { cwd = vim.fn.getcwd(), live = true }, function(error, sessions)
    if error or #sessions == 0 then
      return M.start()
    end
    table.insert(sessions, { new = true })
    local function format(choice)
      return choice.new and "a new session" or "join: " .. describe(choice)
    end
    require("ipyai.ui").select(sessions, { prompt = "Session", format_item = format, kind = "ipyai-session" }, function(choice)
      if not choice then
        tell_waiting("abandoned")
      elseif choice.new then
        M.start()
      else
        M.join(choice.sessionId)
      end
    end)
  end)
end

---Calls back at once in a session, else as `first_use` says.
---@param callback fun()
---@param abandoned? fun() called instead when there is none in the end
function M.ensure(callback, abandoned)
  if M.current then
    return callback()
  end
  local first_use = require("ipyai.config").options.first_use
  if first_use == "never" and not opening then
    if abandoned then
      abandoned()
    end
    return host.notify("There is no session: :IpyaiStart begins one, :IpyaiJoin joins one.", vim.log.levels.WARN)
  end
  table.insert(waiting, { ready = callback, abandoned = abandoned })
  if opening then
    return
  end
  opening = true
  if first_use == "start" then
    M.start()
  else
    offer()
  end
end

return M
