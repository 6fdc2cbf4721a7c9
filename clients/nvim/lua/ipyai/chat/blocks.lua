---Inserting the code blocks of the newest answer at the cursor.
local M = {}

---The block that was put in last, while nothing else has changed since: next and previous replace it.
---@type { buf: integer, tick: integer, mark: integer, index: integer, blocks: string[] }?
local last

local ns = vim.api.nvim_create_namespace("ipyai-blocks")

local function blocks()
  local found = require("ipyai.chat").blocks
  if #found == 0 then
    require("ipyai.host").notify("The newest answer has no code block.", vim.log.levels.WARN)
  end
  return found
end

---Puts text at the cursor while typing; in normal mode below a line that is not blank. On a blank line it takes its
---indent. The cursor goes behind it.
---@param text string
---@return integer mark over what was put in
local function put(text)
  local row, col = unpack(vim.api.nvim_win_get_cursor(0))
  local line = vim.api.nvim_get_current_line()
  local is_insert = vim.api.nvim_get_mode().mode:sub(1, 1) == "i"
  local lines = vim.split(text, "\n")
  if not is_insert then
    col = #line
    if vim.trim(line) ~= "" then
      table.insert(lines, 1, "")
    end
  end
  if vim.trim(line) == "" then
    for index = 2, #lines do
      lines[index] = lines[index] ~= "" and line:sub(1, col) .. lines[index] or ""
    end
  end
  vim.api.nvim_buf_set_text(0, row - 1, col, row - 1, col, lines)
  local end_row = row - 1 + #lines - 1
  local end_col = #lines == 1 and col + #lines[1] or #lines[#lines]
  vim.api.nvim_win_set_cursor(0, { end_row + 1, is_insert and end_col or math.max(0, end_col - 1) })
  return vim.api.nvim_buf_set_extmark(0, ns, row - 1, col, { end_row = end_row, end_col = end_col })
end

---Inserts all blocks, with a blank line between them.
function M.insert_all()
  local found = blocks()
  if #found > 0 then
    put(table.concat(found, "\n\n"))
  end
end

---@param nth integer
function M.insert(nth)
  local found = blocks()
  if found[nth] then
    put(found[nth])
  elseif #found > 0 then
    require("ipyai.host").notify(("The newest answer has %d code blocks."):format(#found), vim.log.levels.WARN)
  end
end

---Inserts the next or previous block in place of the one that was put in last; round at the ends.
---@param step 1|-1
function M.cycle(step)
  local found = blocks()
  if #found == 0 then
    return
  end
  local buf = vim.api.nvim_get_current_buf()
  local index = step > 0 and 1 or #found
  if last and last.buf == buf and last.blocks == found and last.tick == vim.b[buf].changedtick then
    index = (last.index - 1 + step) % #found + 1
    local mark = vim.api.nvim_buf_get_extmark_by_id(buf, ns, last.mark, { details = true })
    vim.api.nvim_buf_set_text(buf, mark[1], mark[2], mark[3].end_row, mark[3].end_col, {})
    vim.api.nvim_win_set_cursor(0, { mark[1] + 1, mark[2] })
    local is_insert = vim.api.nvim_get_mode().mode:sub(1, 1) == "i"
    if not is_insert and mark[2] > 0 then
      vim.api.nvim_win_set_cursor(0, { mark[1] + 1, mark[2] - 1 })
    end
  end
  local mark = put(found[index])
  last = { buf = buf, tick = vim.b[buf].changedtick, mark = mark, index = index, blocks = found }
end

return M
