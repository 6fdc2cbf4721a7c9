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

---A row of code without blanks outside of strings; those before it stay.
---@param row string
---@return string
local function unspaced_row(row)
  local indent, rest = row:match("^(%s*)(.*)$")
  local pieces, at, quote = { indent }, 1, nil
  while at <= #rest do
    local piece = rest:sub(at, at)
    if piece == "\\" then
      piece = rest:sub(at, at + 1)
    elseif piece == quote then
      quote = nil
    elseif not quote and (piece == '"' or piece == "'") then
      quote = piece
    elseif not quote and piece == "#" then
      piece = rest:sub(at)
    end
    if quote or not piece:match("^%s$") then
      table.insert(pieces, piece)
    end
    at = at + #piece
  end
  return table.concat(pieces)
end

---Code as far as formatters leave its spacing out of account: without blank rows and blanks between its words.
---@param code string
---@return string
function M.unspaced(code)
  local rows = {}
  for row in vim.gsplit(code, "\n") do
    if vim.trim(row) ~= "" then
      table.insert(rows, unspaced_row(row))
    end
  end
  return table.concat(rows, "\n")
end

---Where rows of a buffer stand, for a model and a person.
---@param buf integer
---@param first integer from 0
---@param last integer inclusive
---@param columns? { [1]: integer, [2]: integer } where in the first row it begins and in the last it ends, from 1
---@return string
function M.place(buf, first, last, columns)
  local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buf), ":.")
  local rows = first == last and ("line %d"):format(first + 1) or ("lines %d-%d"):format(first + 1, last + 1)
  if columns and first == last then
    rows = ("%s, columns %d-%d"):format(rows, columns[1], columns[2])
  elseif columns then
    rows = ("line %d, column %d, to line %d, column %d"):format(first + 1, columns[1], last + 1, columns[2])
  end
  return (name ~= "" and name .. ", " or "") .. rows
end

return M
