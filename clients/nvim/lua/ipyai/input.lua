---Python's `input()` and `getpass()` in a cell that this Neovim ran.
local M = {}

local host = require("ipyai.host")
local ui = require("ipyai.ui")

---Requests that wait for the person, by id.
---@type table<string, true?>
local waiting = {}
---The one that has the keyboard.
---@type string?
local asking

---@param request { inputId: string, prompt: string, password: boolean }
local function ask(request)
  local function answer(value)
    asking = nil
    if not waiting[request.inputId] then
      return
    end
    waiting[request.inputId] = nil
    if value == nil then
      return host.call("interrupt", {})
    end
    host.call("answerInput", { inputId = request.inputId, value = value })
  end
  asking = request.inputId
  local prompt = request.prompt ~= "" and request.prompt or "input: "
  if request.password then
    local ok, value = pcall(vim.fn.inputsecret, prompt)
    return answer(ok and value or nil)
  end
  vim.ui.input({ prompt = prompt, completion = "customlist,v:lua.require'ipyai.input'.complete" }, answer)
end

---How long Tab may wait for Python.
local complete_ms = 1000

---What may stand in place of what is typed: in a debugger names of its frame. For |input()|, which wants it at once.
---@param _ string
---@param line string
---@param cursor integer in bytes
---@return string[]
function M.complete(_, line, cursor)
  local found
  host.call("completeInput", { inputId = asking, before = line:sub(1, cursor), after = line:sub(cursor + 1) }, function(_, result)
    found = result or {}
  end)
  vim.wait(complete_ms, function()
    return found ~= nil
  end, 5)
  return found or {}
end

---Asks at once in normal mode, else when the person is back in it.
---@param request { inputId: string, prompt: string, password: boolean }
function M.ask(request)
  waiting[request.inputId] = true
  -- Asking blocks in some set-ups: the message that brought the request must not wait for it.
  vim.schedule(function()
    if not waiting[request.inputId] then
      return
    end
    if not ui.is_typing() then
      return ask(request)
    end
    host.notify(("Python waits for an answer in normal mode: %s"):format(request.prompt))
    vim.api.nvim_create_autocmd("ModeChanged", {
      pattern = "*:n",
      once = true,
      callback = function()
        if waiting[request.inputId] then
          M.ask(request)
        end
      end,
    })
  end)
end

---The cell that asked has ended: nothing waits for the answer any more.
---@param id string
function M.ended(id)
  waiting[id] = nil
  -- The question that Neovim itself asks ends with Escape; a window is left to the person, its answer counts no more.
  if asking == id and vim.api.nvim_get_mode().mode:match("^[rc]") then
    vim.api.nvim_input("<Esc>")
  end
end

return M
