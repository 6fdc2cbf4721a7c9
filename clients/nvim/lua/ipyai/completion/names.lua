---Live names of the session's Python at the cursor, for menus of completions.
local M = {}

local host = require("ipyai.host")

---LSP's kinds, by jedi's words.
local kinds = {
  ["class"] = 7,
  ["function"] = 3,
  ["keyword"] = 14,
  ["magic"] = 14,
  ["method"] = 2,
  ["module"] = 9,
  ["path"] = 17,
  ["property"] = 10,
}
local variable = 6

---The cell's code as far as the cursor, else the line's.
---@return string code
---@return integer row from 0
---@return integer col in bytes
local function code_here()
  local row, col = unpack(vim.api.nvim_win_get_cursor(0))
  row = row - 1
  local cell = require("ipyai.cells").at(0, row)
  local lines = vim.api.nvim_buf_get_lines(0, cell and math.min(cell.from, row) or row, row + 1, false)
  lines[#lines] = lines[#lines]:sub(1, col)
  return table.concat(lines, "\n"), row, col
end

---Whether there is something to ask.
---@return boolean
function M.are_known()
  local session = package.loaded["ipyai.session"]
  local filetypes = require("ipyai.config").options.filetypes
  return session ~= nil and session.current ~= nil and vim.tbl_contains(filetypes, vim.bo.filetype)
end

---Asks for them; `done` is called once, with LSP's items, whose columns are bytes.
---@param done fun(items: table[])
function M.find(done)
  if not M.are_known() then
    return done({})
  end
  local code, row, col = code_here()
  host.call("names", { code = code }, function(error, names)
    if error then
      return done({})
    end
    done(vim.tbl_map(function(name)
      return {
        label = name.text,
        kind = kinds[name.type] or variable,
        detail = name.signature or name.type,
        textEdit = {
          newText = name.text,
          range = {
            start = { line = row, character = col - name.replace },
            ["end"] = { line = row, character = col },
          },
        },
      }
    end, names))
  end)
end

return M
