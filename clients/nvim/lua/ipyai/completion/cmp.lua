---A source for nvim-cmp: `require("cmp").register_source("ipyai", require("ipyai.completion.cmp").new())`.
---What such a source is: `:help cmp-develop`.
local M = {}

local names = require("ipyai.completion.names")

function M.new()
  return setmetatable({}, { __index = M })
end

function M:is_available()
  return names.are_known()
end

function M:get_debug_name()
  return "ipyai"
end

function M:get_position_encoding_kind()
  return "utf-8"
end

function M:get_trigger_characters()
  return { ".", "%" }
end

---@param _ table
---@param done fun(answer: table)
function M:complete(_, done)
  names.find(function(items)
    done({ items = items, isIncomplete = false })
  end)
end

return M
