---Rows of virtual lines: Neovim cuts a virtual line off where its window ends.
local M = {}

---@alias ipyai.Chunks { [1]: string, [2]: string }[]

---How many bytes of a text, from `from` on, fill `room` columns; 0 when not even the first character fits.
---@param text string
---@param from integer
---@param room integer
---@param col integer where it begins, for its tabs
---@return integer size
---@return integer width
local function fitting(text, from, room, col)
  local size = #text:sub(from, from + room - 1):match("^[\32-\126]*")
  if size == room or from + size > #text then
    return size, size
  end
  local width = size
  -- A character goes with those that combine with it.
  for _, character in ipairs(vim.fn.split(text:sub(from + size, from + size + room * 32), "\\zs")) do
    local wider = width + vim.fn.strdisplaywidth(character, col + width)
    if wider > room then
      break
    end
    size, width = size + #character, wider
  end
  return size, width
end

---A text as rows that are no wider than `width`, broken at blanks; a longer word is cut.
---@param text string
---@param width integer
---@return string[]
function M.words(text, width)
  local rows = {}
  for line in vim.gsplit(text, "\n") do
    local row = ""
    for blanks, word in line:gmatch("(%s*)(%S+)") do
      if row ~= "" and vim.fn.strdisplaywidth(row .. blanks .. word) > width then
        table.insert(rows, row)
        row, blanks = "", ""
      end
      row = row .. blanks .. word
      while vim.fn.strdisplaywidth(row) > width do
        local size = math.max(1, (fitting(row, 1, width, 0)))
        table.insert(rows, row:sub(1, size))
        row = row:sub(size + 1)
      end
    end
    table.insert(rows, row)
  end
  return rows
end

---A line as rows that are no wider than `width`; no more than `most` of them, and whether something is left.
---@param line ipyai.Chunks
---@param width integer
---@param most integer
---@return ipyai.Chunks[] rows
---@return boolean is_cut
function M.rows(line, width, most)
  local rows, col = { {} }, 0
  for _, chunk in ipairs(line) do
    local text, from = chunk[1], 1
    -- The parts of a picture stay beside each other.
    if vim.startswith(chunk[2], "IpyaiPicture_") then
      table.insert(rows[#rows], chunk)
      from = #text + 1
    end
    while from <= #text do
      local size, taken = fitting(text, from, width - col, col)
      if size > 0 then
        table.insert(rows[#rows], { text:sub(from, from + size - 1), chunk[2] })
        from, col = from + size, col + taken
      elseif #rows == most then
        return rows, true
      else
        table.insert(rows, {})
        col = 0
      end
    end
  end
  return rows, false
end

return M
