---Python's `input()` and `getpass()` in a cell that this Neovim ran.
local M = {}

local host = require("ipyai.host")
local ui = require("ipyai.ui")

---@param request { inputId: string, prompt: string, password: boolean }
local function ask(request)
  local function answer(value)
    if value == nil then
      return host.call("interrupt", {})
    end
    host.call("answerInput", { inputId = request.inputId, value = value })
  end
  local prompt = request.prompt ~= "" and request.prompt or "input: "
  if request.password then
    local ok, value = pcall(vim.fn.inputsecret, prompt)
    return answer(ok and value or nil)
  end
  vim.ui.input({ prompt = prompt }, answer)
end

---Asks at once in normal mode, else when the person is back in it.
---@param request { inputId: string, prompt: string, password: boolean }
function M.ask(request)
  -- Asking blocks in some set-ups: the message that brought the request must not wait for it.
  vim.schedule(function()
    if not ui.is_typing() then
      return ask(request)
    end
    host.notify(("Python waits for an answer in normal mode: %s"):format(request.prompt))
    vim.api.nvim_create_autocmd("ModeChanged", {
      pattern = "*:n",
      once = true,
      callback = function()
        M.ask(request)
      end,
    })
  end)
end

return M
