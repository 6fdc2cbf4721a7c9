---The float a prompt is written in. It grows with its text, and earlier prompts come back into it.
local M = {}

---What was asked before, the oldest first.
---@type string[]
local history = {}
local max_history = 100
local least_rows = 3

---Keeps a prompt for the Up key.
---@param prompt string
function M.remember(prompt)
  if vim.trim(prompt) == "" or history[#history] == prompt then
    return
  end
  table.insert(history, prompt)
  if #history > max_history then
    table.remove(history, 1)
  end
end

---Earlier and later prompts in place of what is written; behind the last stands what was written before them.
---@param buf integer
---@return fun(step: 1|-1)
local function browser(buf)
  local at, written = #history + 1, ""
  return function(step)
    local target = at + step
    if target < 1 or target > #history + 1 then
      return
    elseif at > #history then
      written = table.concat(vim.api.nvim_buf_get_lines(buf, 0, -1, false), "\n")
    end
    at = target
    local lines = vim.split(history[at] or written, "\n")
    vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
    local row = step < 0 and 1 or #lines
    vim.api.nvim_win_set_cursor(0, { row, #lines[row] })
  end
end

---Completes a reference such as `&`gre` that is begun at the cursor; tells whether there is one.
---@param buf integer
---@return boolean
local function complete_reference(buf)
  local before = vim.api.nvim_get_current_line():sub(1, vim.api.nvim_win_get_cursor(0)[2])
  if not before:find("[&$]`[^`]*$") then
    return false
  end
  require("ipyai.host").call("completeReference", { line = before }, function(error, found)
    local is_there = vim.api.nvim_get_current_buf() == buf and vim.fn.mode():sub(1, 1) == "i"
    if error or not is_there or #found.matches == 0 then
      return
    end
    local now = vim.api.nvim_get_current_line():sub(1, vim.api.nvim_win_get_cursor(0)[2])
    if now == before then
      vim.fn.complete(found.start + 1, found.matches)
    end
  end)
  return true
end

---Opens it: Enter sends, Ctrl-J begins a new line, Escape in normal mode leaves, Up and Down at the first and last row
---go through what was asked before; what was left unsent is there too. Ctrl-G decides whether what may go along does.
---@param along? string what may go along, for the person
---@param send fun(prompt: string, is_along: boolean)
function M.open(along, send)
  local buf = vim.api.nvim_create_buf(false, true)
  vim.bo[buf].bufhidden = "wipe"
  vim.bo[buf].filetype = "markdown"
  local is_along = along ~= nil
  local function labels()
    local title, footer = " Ask ", " Enter sends, Ctrl-J new line, Up earlier "
    if along then
      title = is_along and (" Ask, with %s "):format(along) or " Ask, without the cell at the cursor "
      footer = footer:sub(1, -2) .. (is_along and ", Ctrl-G without it " or ", Ctrl-G with it ")
    end
    return { title = title, footer = footer }
  end
  local win = vim.api.nvim_open_win(buf, true, vim.tbl_extend("error", labels(), {
    relative = "cursor",
    row = 1,
    col = 0,
    width = math.min(80, vim.o.columns - 4),
    height = least_rows,
    style = "minimal",
    border = "rounded",
  }))
  vim.wo[win].linebreak = true
  local function grow()
    require("ipyai.windows").fit_height(win, math.max(least_rows, math.floor(vim.o.lines / 2)), least_rows)
  end
  grow()
  vim.api.nvim_create_autocmd({ "TextChanged", "TextChangedI", "TextChangedP" }, { buffer = buf, callback = grow })
  local function finish()
    local prompt = table.concat(vim.api.nvim_buf_get_lines(buf, 0, -1, false), "\n")
    M.remember(prompt)
    vim.cmd.stopinsert()
    vim.api.nvim_win_close(win, true)
    return prompt
  end
  local function map(modes, key, action)
    vim.keymap.set(modes, key, action, { buffer = buf, nowait = true })
  end
  map({ "n", "i" }, "<CR>", function()
    send(finish(), is_along)
  end)
  map("i", "<C-j>", function()
    vim.api.nvim_put({ "", "" }, "c", false, true)
  end)
  vim.keymap.set("i", "<Tab>", function()
    if vim.fn.pumvisible() == 1 then
      return vim.api.nvim_feedkeys(vim.keycode("<C-n>"), "ni", false)
    end
    if not complete_reference(buf) then
      vim.api.nvim_feedkeys(vim.keycode("<Tab>"), "ni", false)
    end
  end, { buffer = buf, nowait = true })
  for _, key in ipairs({ "<Esc>", "q" }) do
    map("n", key, finish)
  end
  map({ "n", "i" }, "<C-g>", function()
    is_along = along ~= nil and not is_along
    vim.api.nvim_win_set_config(win, labels())
  end)
  local go = browser(buf)
  for key, step in pairs({ ["<Up>"] = -1, ["<Down>"] = 1 }) do
    map({ "n", "i" }, key, function()
      local edge = step < 0 and 1 or vim.api.nvim_buf_line_count(buf)
      if vim.fn.pumvisible() == 0 and vim.fn.line(".") == edge then
        return go(step)
      end
      vim.api.nvim_feedkeys(vim.keycode(key), "ni", false)
    end)
  end
  vim.cmd.startinsert()
end

return M
