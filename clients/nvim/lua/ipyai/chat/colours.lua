---Colours of the conversation: Markdown, and code in it.
local M = {}

---Languages of code that an answer or a tool may hold, and how a fence names them.
local languages = { python = "python py python3 ipython", sh = "bash sh shell", diff = "diff" }

---Whether treesitter colours a language, as it does where a person has its parser.
---@param name string
local function has_parser(name)
  local ok, is_there = pcall(vim.treesitter.language.add, name)
  return ok and is_there == true
end

---Blocks of a language by Vim's own syntax files.
---@param buf integer
---@param name string
---@param words string
local function add_syntax(buf, name, words)
  vim.api.nvim_buf_call(buf, function()
    vim.cmd(("silent! syntax include @ipyaiCode_%s syntax/%s.vim"):format(name, name))
    vim.b.current_syntax = nil
    vim.cmd(
      ([[syntax region ipyaiBlock_%s keepend contains=@ipyaiCode_%s start=/^\s*\z(`\{3,}\|\~\{3,}\)\s*\(%s\)\>.*$/ end=/^\s*\z1\s*$/]]):format(
        name,
        name,
        words:gsub(" ", [[\|]])
      )
    )
  end)
end

---@param buf integer
function M.start(buf)
  if not pcall(vim.treesitter.start, buf, "markdown") then
    return
  end
  local said = vim.v.errmsg
  for name, words in pairs(languages) do
    if not has_parser(name == "sh" and "bash" or name) then
      add_syntax(buf, name, words)
    end
  end
  -- Syntax files try out what may fail.
  vim.v.errmsg = said
end

return M
