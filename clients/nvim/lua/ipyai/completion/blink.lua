---A source for blink.cmp: `providers = { ipyai = { name = "ipyai", module = "ipyai.completion.blink" } }`.
---What such a source is: https://cmp.saghen.dev/development/source-boilerplate.html
local M = {}

local names = require("ipyai.completion.names")

function M.new()
  return setmetatable({}, { __index = M })
end

function M:enabled()
  return names.are_known()
end

function M:get_trigger_characters()
  return { ".", "%" }
end

---@param _ table
---@param done fun(answer: table)
---@return fun() cancel
function M:get_completions(_, done)
  local is_wanted = true
  names.find(function(items)
    if is_wanted then
      done({ items = items, is_incomplete_forward = false, is_incomplete_backward = false })
    end
  end)
  return function()
    is_wanted = false
  end
end

return M
