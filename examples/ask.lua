-- The smallest client in Lua, on Neovim's own RPC: a session without Python, one prompt, its answer as it comes.
--
--     nvim -l examples/ask.lua "What is a monad?"

local question = table.concat(arg, " ")
if question == "" then question = "Say hello." end
local ended = nil

local rpc = vim.lsp.rpc.start({ "ipyai", "server", "--stdio" }, {
  notification = function(method, params)
    if method ~= "session/update" then return end
    local hint, event = params.hint or {}, params.event or {}
    if hint.kind == "textDelta" then io.stdout:write(hint.delta) end
    if event.kind == "turnFinished" then ended = event end
  end,
})

local function request(method, params)
  local answer = nil
  rpc.request(method, params, function(failure, result) answer = { failure = failure, result = result } end)
  vim.wait(60000, function() return answer ~= nil end, 5)
  if answer == nil then error(method .. ": no answer") end
  if answer.failure then error(method .. ": " .. answer.failure.message) end
  return answer.result
end

local count = 0
local function request_id()
  count = count + 1
  return ("%d-%d-%d"):format(vim.uv.os_getpid(), vim.uv.hrtime(), count)
end

-- Keys and base URLs are those of this process.
request("initialize", {
  processId = vim.uv.os_getpid(),
  rootUri = vim.NIL,
  capabilities = { experimental = { aiShell = { version = 1 } } },
  initializationOptions = { aiShell = { name = "ask.lua", cwd = vim.uv.cwd(), environment = vim.fn.environ() } },
})
rpc.notify("initialized", vim.empty_dict())
local session = request("session/new", {
  requestId = request_id(), cwd = vim.uv.cwd(), kernel = vim.NIL, settings = vim.empty_dict(),
}).state.sessionId

-- A prompt is answered when it is accepted; what comes of it are updates, and exactly one end.
request("session/prompt", {
  sessionId = session, requestId = request_id(), content = { { kind = "text", text = question } },
})
vim.wait(600000, function() return ended ~= nil end, 5)
io.stdout:write("\n")
if ended.stopReason ~= "endTurn" then io.stderr:write(ended.stopReason .. ": " .. tostring(ended.error) .. "\n") end

request("session/close", { sessionId = session, requestId = request_id() })
request("shutdown", vim.NIL)
rpc.notify("exit", vim.NIL)
vim.wait(5000, rpc.is_closing, 5)
