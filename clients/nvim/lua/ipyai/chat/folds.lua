---What of the conversation is folded: what the model thought, and long code and output of its tools.
local M = {}

---@class ipyai.Fold a block in a turn's text
---@field first integer the row where it begins, from 0
---@field last integer
---@field label string its first line

---Stands before each line that the model thought: see `turnBook.ts`.
M.thinking = "┊"

local expression = "v:lua.require'ipyai.chat.folds'.level(v:lnum)"

---@param first integer from 1
---@return ipyai.Fold? fold the tool's block that this row is of
---@return integer row of the turn
local function block_at(first)
  local turn, row = require("ipyai.chat").turn_at(first - 1)
  for _, fold in ipairs(turn and turn.folds or {}) do
    if fold.first <= row and row <= fold.last then
      return fold, row
    end
  end
  return nil, row
end

---The fold level of a row, for 'foldexpr'.
---@param row integer from 1
function M.level(row)
  local options = require("ipyai.config").options.chat
  if vim.startswith(vim.fn.getline(row), M.thinking) then
    return options.thinking == "fold" and "1" or "0"
  end
  local fold, at = block_at(row)
  -- The fences are no lines of it.
  if not fold or fold.last - fold.first - 1 <= options.fold_lines then
    return "0"
  end
  return at == fold.first and ">1" or "1"
end

---What a closed fold shows, for 'foldtext'.
function M.text()
  local first, last = vim.v.foldstart, vim.v.foldend
  local fold = block_at(first)
  if not fold then
    return ("%s Thinking, %d lines"):format(M.thinking, last - first + 1)
  end
  return ("▸ %d lines: %s"):format(last - first - 1, fold.label)
end

---The first row that folds differently.
---@param before ipyai.Fold[]
---@param now ipyai.Fold[]
---@return integer
function M.first_change(before, now)
  for index = 1, math.max(#before, #now) do
    local old, new = before[index], now[index]
    if not old or not new or old.first ~= new.first or old.last ~= new.last then
      return math.min(old and old.first or math.huge, new and new.first or math.huge)
    end
  end
  return math.huge
end

---Folds the conversation in a window; a person's own folding there stays.
---@param win integer
function M.start(win)
  local options = vim.wo[win][0]
  if options.foldexpr == expression then
    return
  end
  options.foldmethod, options.foldexpr = "expr", expression
  options.foldtext = "v:lua.require'ipyai.chat.folds'.text()"
  options.foldlevel, options.foldminlines, options.foldenable = 0, 0, true
end

return M
