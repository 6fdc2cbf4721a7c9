---What the commands of `plugin/ipyai.lua` do.
local M = {}

local host = require("ipyai.host")

local function session()
  return require("ipyai.session")
end

local function run()
  return require("ipyai.cells.run")
end

---The lines of a range; of `'<,'>`, as `:` in visual mode writes it, what was selected.
local function selected(first, last)
  local prompt = require("ipyai.chat.prompt")
  local from, to = vim.fn.getpos("'<"), vim.fn.getpos("'>")
  local is_selection = vim.fn.histget("cmd", -1):match("^:*%s*'<,'>") and from[2] == first and to[2] == last
  if is_selection then
    return prompt.region(from, to, vim.fn.visualmode())
  end
  return prompt.rows(first - 1, last - 1)
end

---@type table<string, fun(args: table)>
local commands = {
  IpyaiStart = function(args)
    session().start(args.args ~= "" and args.args or nil)
  end,
  IpyaiJoin = function(args)
    if args.args ~= "" then
      return session().join(args.args)
    end
    local cwd = not args.bang and vim.fn.getcwd() or nil
    session().pick({ cwd = cwd, live = true }, "There is no live session here: :IpyaiStart begins one.")
  end,
  IpyaiSessions = function(args)
    session().pick({ cwd = not args.bang and vim.fn.getcwd() or nil }, "There are no sessions here yet.")
  end,
  IpyaiStop = function(args)
    session().stop(args.bang and "keep" or nil)
  end,
  IpyaiInterrupt = function()
    host.call("interrupt", {})
  end,
  IpyaiRestart = function()
    host.call("restart", {})
  end,
  IpyaiRunCell = function()
    run().cell()
  end,
  IpyaiRunCellNext = function()
    run().cell_and_next()
  end,
  IpyaiRunLine = function()
    run().line()
  end,
  IpyaiRun = function(args)
    run().rows(args.line1 - 1, args.line2 - 1)
  end,
  IpyaiRunAbove = function()
    run().above()
  end,
  IpyaiRunAll = function()
    run().all()
  end,
  IpyaiClear = function(args)
    require("ipyai.cells.runs").clear(args.bang)
  end,
  IpyaiOutput = function(args)
    local at_cursor = require("ipyai.cells.runs").at_cursor()
    if not at_cursor or not at_cursor.cell then
      return host.notify("There is no output at the cursor.", vim.log.levels.WARN)
    end
    require("ipyai.windows").open_output(at_cursor.cell.cellId, args.bang)
  end,
  IpyaiOpen = function()
    require("ipyai.cells.viewing").open()
  end,
  IpyaiSave = function(args)
    require("ipyai.cells.viewing").save(args.args, args.bang)
  end,
  IpyaiLog = function()
    require("ipyai.log").open()
  end,
  IpyaiPrompt = function(args)
    local prompt = require("ipyai.chat.prompt")
    local selection = args.range > 0 and selected(args.line1, args.line2) or nil
    prompt.ask(args.args, selection, args.bang and "below" or "chat")
  end,
  IpyaiChat = function()
    require("ipyai.chat").enter()
  end,
  IpyaiCancel = function()
    host.call("cancel", {}, function(error, result)
      if error then
        host.notify(error, vim.log.levels.ERROR)
      elseif not result.cancelled then
        host.notify("No answer is running.")
      end
    end)
  end,
  IpyaiApprove = function()
    require("ipyai.chat.approvals").approve()
  end,
  Ipyai = function(args)
    host.call("command", { words = args.args }, function(error, result)
      if error or result.failed then
        return host.notify(error or result.text, vim.log.levels.ERROR)
      end
      if result.text:find("\n") then
        require("ipyai.windows").show_text(result.text, vim.trim("ipyai " .. args.args))
      elseif result.text ~= "" then
        host.notify(result.text)
      end
    end)
  end,
}

---Another session comes next.
---@param name? string as `:IpyaiJoin` takes it; without one the person chooses
function M.go_over(name)
  if name then
    session().join(name)
  else
    commands.IpyaiSessions({ bang = false })
  end
end

---@param name string
---@param args table as `nvim_create_user_command` gives them
function M.run(name, args)
  commands[name](args)
end

---How long completion of a command line may wait for the server.
local complete_ms = 1000

---Candidates for `:Ipyai` and `:IpyaiJoin`. The one place that waits, as Neovim wants the answer at once; not for long.
---@param lead string
---@param line string
---@return string[]
function M.complete(lead, line)
  local words
  local method, params = "complete", { words = line:gsub("^.-Ipyai%s+", "", 1) }
  if line:match("IpyaiJoin") then
    method, params = "sessions", { live = true }
  end
  host.call(method, params, function(_, result)
    words = result or {}
  end)
  vim.wait(complete_ms, function()
    return words ~= nil
  end, 5)
  return vim
    .iter(words or {})
    :map(function(word)
      return type(word) == "table" and word.sessionId or word
    end)
    :filter(function(word)
      return vim.startswith(word, lead)
    end)
    :totable()
end

return M
