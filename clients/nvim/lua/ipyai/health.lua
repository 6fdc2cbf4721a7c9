---`:checkhealth ipyai`.
local M = {}

local health = vim.health

---How long the process, a server and Python may take to come up.
local timeout_ms = 30000

local function check_neovim()
  local version = tostring(vim.version())
  if vim.fn.has("nvim-0.10") == 0 then
    health.error(("Neovim %s is too old: ipyai needs 0.10 or newer"):format(version))
    return false
  end
  health.ok("Neovim " .. version)
  if not vim.o.termguicolors then
    health.info("'termguicolors' is off: outputs use the terminal's 256 colours")
  end
  return true
end

function M.check()
  health.start("ipyai")
  if not check_neovim() then
    return
  end
  local host = require("ipyai.host")
  local command = host.command()
  if vim.fn.executable(command[1]) == 0 then
    local advice = 'Run "npm start" in the folder of ipyai, or set `command` in setup()'
    return health.error(command[1] .. " cannot be run", { advice })
  end
  health.ok("Command: " .. table.concat(command, " "))
  local problem, findings
  local params = { cwd = vim.fn.getcwd(), python = require("ipyai.config").options.python }
  host.call("health", params, function(error, result)
    problem, findings = error, result or {}
  end)
  vim.wait(timeout_ms, function()
    return findings ~= nil
  end, 20)
  if problem or not findings then
    return health.error(problem or "The process beside Neovim does not answer")
  end
  for _, finding in ipairs(findings) do
    health[finding.level](finding.text)
  end
end

return M
