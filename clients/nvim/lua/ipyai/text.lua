---Small things about text.
local M = {}

---Lines without the indent they have in common, as one text.
---@param lines string[]
---@return string
function M.dedent(lines)
  local shortest
  for _, line in ipairs(lines) do
    local indent = line:match("^(%s*)%S")
    if indent and (not shortest or #indent < #shortest) then
      shortest = indent
    end
  end
  if not shortest or shortest == "" then
    return table.concat(lines, "\n")
  end
  return table.concat(
    vim.tbl_map(function(line)
      return line:sub(1, #shortest) == shortest and line:sub(#shortest + 1) or vim.trim(line)
    end, lines),
    "\n"
  )
end

---A fenced block, with a fence that is longer than any in the code.
---@param code string
---@param language string
---@return string
function M.fenced(code, language)
  local fence = "```"
  while code:find(fence, 1, true) do
    fence = fence .. "`"
  end
  return ("%s%s\n%s\n%s"):format(fence, language, code, fence)
end

return M
