---Pictures and HTML of a cell in the person's own programs, and as files.
local M = {}

local host = require("ipyai.host")

---@param act fun(cell_id: string, index: integer)
local function choose(act)
  local run = require("ipyai.cells.runs").at_cursor()
  local cell_id = run and run.cell and run.cell.cellId
  if not cell_id then
    return host.notify("There is no output at the cursor.", vim.log.levels.WARN)
  end
  host.call("viewables", { cellId = cell_id }, function(error, labels)
    if error then
      return host.notify(error, vim.log.levels.ERROR)
    elseif #labels == 0 then
      return host.notify("The cell shows no picture and no HTML.", vim.log.levels.WARN)
    elseif #labels == 1 then
      return act(cell_id, 0)
    end
    require("ipyai.ui").select(labels, { prompt = "Output", kind = "ipyai-output" }, function(choice, index)
      if choice then
        act(cell_id, index - 1)
      end
    end)
  end)
end

---Opens one of the cell at the cursor in the viewer or browser.
function M.open()
  choose(function(cell_id, index)
    host.call("viewableFile", { cellId = cell_id, index = index }, function(error, path)
      if error then
        return host.notify(error, vim.log.levels.ERROR)
      end
      local _, problem = vim.ui.open(path)
      if problem then
        host.notify(("%s cannot be opened: %s"):format(path, problem), vim.log.levels.ERROR)
      end
    end)
  end)
end

---Writes one of the cell at the cursor to a file.
---@param path string
---@param force boolean whether a file that is there is written over
function M.save(path, force)
  path = vim.fn.fnamemodify(vim.fn.expand(path), ":p")
  choose(function(cell_id, index)
    host.call("saveViewable", { cellId = cell_id, index = index, path = path, force = force }, function(error, written)
      if error then
        return host.notify(error, vim.log.levels.ERROR)
      end
      require("ipyai.notice").say(('"%s" written'):format(vim.fn.fnamemodify(written, ":~:.")))
    end)
  end)
end

return M
