---Asking the AI, with or without code of the buffer.
local M = {}

local host = require("ipyai.host")
local text = require("ipyai.text")

local next_run = 1

---@class ipyai.Selection
---@field buf integer
---@field first integer row from 0
---@field last integer inclusive
---@field code? string what becomes a part of the request
---@field columns? { [1]: integer, [2]: integer } where in the first row it begins and in the last it ends, from 1

---The selected code and where it stands, which goes along with the request.
---@param selection ipyai.Selection
local function quote(selection)
  local place = text.place(selection.buf, selection.first, selection.last, selection.columns)
  return ("From %s:\n%s"):format(place, text.fenced(selection.code, vim.bo[selection.buf].filetype))
end

---Sends a prompt. Its answer comes into the chat, and below the selection if so asked.
---@param prompt string
---@param selection? ipyai.Selection
---@param answer "chat"|"below"
---@param cell? string the cell at the cursor, which goes along where there is no selected code
function M.send(prompt, selection, answer, cell)
  if vim.trim(prompt) == "" then
    return
  end
  local quoted = selection and selection.code and quote(selection) or cell
  require("ipyai.session").ensure(function()
    local run = next_run
    next_run = run + 1
    local chat = require("ipyai.chat")
    if answer == "below" and selection then
      chat.expect_below(run, selection.buf, selection.first, selection.last)
    elseif require("ipyai.config").options.chat.show then
      chat.show()
    end
    host.call("prompt", { run = run, text = prompt, quoted = quoted }, function(error)
      if error then
        chat.forget(run)
        host.notify(error, vim.log.levels.ERROR)
      end
    end)
  end)
end

---The rows as a selection.
---@param first integer
---@param last integer
---@return ipyai.Selection
function M.rows(first, last)
  local lines = vim.api.nvim_buf_get_lines(0, first, last + 1, false)
  return { buf = vim.api.nvim_get_current_buf(), first = first, last = last, code = text.dedent(lines) }
end

---What lies between two positions of the current buffer, as visual mode has it.
---@param from integer[] as `getpos` gives it
---@param to integer[]
---@param mode string `v`, `V` or CTRL-V
---@return ipyai.Selection
function M.region(from, to, mode)
  if from[2] > to[2] or (from[2] == to[2] and from[3] > to[3]) then
    from, to = to, from
  end
  if mode == "V" then
    return M.rows(from[2] - 1, to[2] - 1)
  end
  local lines = vim.fn.getregion(from, to, { type = mode })
  local last = vim.fn.getline(to[2])
  local columns = mode == "v" and { vim.fn.charcol({ from[2], from[3] }), vim.fn.charcol({ to[2], math.max(1, math.min(to[3], #last)) }) } or nil
  return {
    buf = vim.api.nvim_get_current_buf(),
    first = from[2] - 1,
    last = to[2] - 1,
    code = table.concat(lines, "\n"),
    columns = columns,
  }
end

---Where an answer below the cursor stands: the cell, else the line. Its code is not sent: what ran is known anyway.
---@return ipyai.Selection
function M.here()
  local cells = require("ipyai.cells")
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  local cell = cells.at(0, row)
  local buf = vim.api.nvim_get_current_buf()
  return { buf = buf, first = cell and cell.first or row, last = cell and cells.end_row(0, cell) or row }
end

---`:IpyaiPrompt` and its maps.
---@param prompt string empty: an input opens
---@param selection? ipyai.Selection
---@param answer "chat"|"below"
function M.ask(prompt, selection, answer)
  local cell = not selection and require("ipyai.chat.cell_at_cursor").find() or nil
  selection = selection or (answer == "below" and M.here()) or nil
  local composer = require("ipyai.chat.composer")
  if vim.trim(prompt) ~= "" then
    composer.remember(prompt)
    return M.send(prompt, selection, answer, cell and cell.quoted)
  end
  composer.open(cell and cell.what, function(written, is_along)
    M.send(written, selection, answer, is_along and cell and cell.quoted or nil)
  end)
end

return M
