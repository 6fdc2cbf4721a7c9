---Notebooks (`.ipynb`) as cells of a buffer: read and written by the process beside Neovim, which knows the format.
local M = {}

local host = require("ipyai.host")

---How long reading or writing a file may take, the start of the process included.
local wait_ms = 30000

---Calls and waits: Neovim wants a file read or written when a command for it returns.
---@return string? error, any result
local function call(method, params)
  local done, problem, result = false, nil, nil
  host.call(method, params, function(error, answer)
    done, problem, result = true, error, answer
  end)
  local in_time = vim.wait(wait_ms, function()
    return done
  end, 5)
  return in_time and problem or (not in_time and "The process beside Neovim does not answer." or nil), result
end

---Does something to a buffer that undo does not take back.
local function without_undo(buf, change)
  local levels = vim.bo[buf].undolevels
  vim.bo[buf].undolevels = -1
  change()
  vim.bo[buf].undolevels = levels
  vim.bo[buf].modified = false
end

---Reads a file as Neovim does without this plugin.
---@param buf integer
---@param path string
local function read_as_text(buf, path)
  vim.api.nvim_buf_call(buf, function()
    without_undo(buf, function()
      if vim.uv.fs_stat(path) then
        vim.cmd("silent keepalt noautocmd 0read ++edit " .. vim.fn.fnameescape(path))
        vim.cmd("silent keepjumps $delete _")
        vim.cmd("keepjumps normal! gg")
      end
    end)
    vim.api.nvim_exec_autocmds(vim.uv.fs_stat(path) and "BufReadPost" or "BufNewFile", { buffer = buf, modeline = false })
  end)
end

---The buffer's part of `:write`.
---@param buf integer
---@param path string
local function write(buf, path)
  local force = vim.v.cmdbang == 1
  if not path:match("%.ipynb$") then
    -- The cells as they stand, for example as a Python file.
    return vim.cmd(("noautocmd write%s %s"):format(force and "!" or "", vim.fn.fnameescape(path)))
  end
  local is_copy = path ~= vim.api.nvim_buf_get_name(buf)
  if not is_copy then
    vim.api.nvim_exec_autocmds("BufWritePre", { buffer = buf, modeline = false })
  end
  local problem = call("writeNotebook", {
    buf = buf,
    path = path,
    lines = vim.api.nvim_buf_get_lines(buf, 0, -1, false),
    marks = require("ipyai.cells.runs").marks(buf),
    force = force,
    copy = is_copy,
  })
  if problem then
    return host.notify(problem, vim.log.levels.ERROR)
  end
  if not is_copy then
    vim.bo[buf].modified = false
    vim.api.nvim_exec_autocmds("BufWritePost", { buffer = buf, modeline = false })
  end
  require("ipyai.notice").say(('"%s" written'):format(vim.fn.fnamemodify(path, ":~:.")))
end

---A range of the buffer is written.
---@param path string
local function write_part(path)
  if path:match("%.ipynb$") then
    return host.notify("A notebook is written whole: :w without a range.", vim.log.levels.ERROR)
  end
  vim.cmd(("noautocmd '[,']write%s %s"):format(vim.v.cmdbang == 1 and "!" or "", vim.fn.fnameescape(path)))
end

---@param buf integer
local function watch(buf)
  local group = vim.api.nvim_create_augroup("ipyai-notebook-" .. buf, {})
  vim.api.nvim_create_autocmd("BufWriteCmd", {
    group = group,
    buffer = buf,
    callback = function(event)
      write(buf, event.match)
    end,
  })
  vim.api.nvim_create_autocmd("FileWriteCmd", {
    group = group,
    buffer = buf,
    callback = function(event)
      write_part(event.match)
    end,
  })
  vim.api.nvim_create_autocmd("BufUnload", {
    group = group,
    buffer = buf,
    callback = function()
      host.tell("closeNotebook", { buf = buf })
      pcall(vim.api.nvim_del_augroup_by_id, group)
    end,
  })
end

---Fills a buffer with the cells of a file, their outputs below them; with its text when it is no notebook.
---@param buf integer
---@param path string
function M.read(buf, path)
  if path:match("^%a[%w+.-]+://") then
    return
  elseif not require("ipyai.config").options.notebooks then
    return read_as_text(buf, path)
  end
  local problem, notebook = call("readNotebook", { buf = buf, path = path })
  if problem then
    host.notify(problem, vim.log.levels.WARN)
    return read_as_text(buf, path)
  end
  without_undo(buf, function()
    vim.api.nvim_buf_set_lines(buf, 0, -1, false, notebook.lines)
  end)
  if not notebook.isNew and vim.fn.filewritable(path) == 0 then
    vim.bo[buf].readonly = true
  end
  vim.b[buf].ipyai_notebook = true
  watch(buf)
  vim.bo[buf].filetype = notebook.language
  require("ipyai.cells.runs").stored(buf, notebook.outputs)
  -- After the file type, which is set once: Neovim's own detection would make it JSON.
  vim.api.nvim_exec_autocmds(notebook.isNew and "BufNewFile" or "BufReadPost", { buffer = buf, modeline = false })
end

return M
