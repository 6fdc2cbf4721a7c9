---Suggestions at the cursor as ghost text. The buffer changes only when one is accepted.
local M = {}

local host = require("ipyai.host")
local ns = vim.api.nvim_create_namespace("ipyai-suggest")
local group = vim.api.nvim_create_augroup("ipyai-suggest", {})

---@class ipyai.Ghost
---@field buf integer
---@field row integer
---@field col integer where its rest begins: the cursor
---@field items { id: integer, text: string, replace: integer }[] `replace`: bytes behind the cursor that it says itself
---@field index integer
---@field taken string what of the item is in the buffer already
---@field tick integer

---@type ipyai.Ghost?
local ghost
---The newest request; older ones' answers are dropped.
local request = 0
---What which process knows of each buffer's text.
---@type table<integer, { tick: integer, uri: string, instance: integer? }>
local sent = {}

local function uri_of(buf)
  local name = vim.api.nvim_buf_get_name(buf)
  return name ~= "" and vim.uri_from_fname(name) or ("untitled:neovim-%d-%d"):format(vim.fn.getpid(), buf)
end

---@return string the rest of the shown item
local function rest()
  return ghost.items[ghost.index].text:sub(#ghost.taken + 1)
end

function M.is_visible()
  return ghost ~= nil
end

---Takes the suggestion away, and the request for one.
function M.dismiss()
  request = request + 1
  if ghost then
    pcall(vim.api.nvim_buf_clear_namespace, ghost.buf, ns, 0, -1)
    ghost = nil
  end
end

---What follows a change of the text or of a menu; below.
---@type fun()
local typed

---@type table?
local watched

---nvim-cmp tells of its menu to those who ask it, and fires no autocommand.
---@param cmp? table
local function watch(cmp)
  if not cmp or cmp == watched or type(cmp.event) ~= "table" then
    return
  end
  watched = cmp
  for _, name in ipairs({ "menu_opened", "menu_closed" }) do
    cmp.event:on(
      name,
      vim.schedule_wrap(function()
        typed()
      end)
    )
  end
end

---Whether a menu of completions shows, Neovim's own or that of a plugin: a suggestion would lie under it.
local function has_menu()
  if vim.fn.pumvisible() == 1 then
    return true
  end
  local blink, cmp = package.loaded["blink.cmp"], package.loaded["cmp"]
  watch(cmp)
  local function shows(menu, method)
    local ok, visible = pcall(menu[method])
    return ok and visible == true
  end
  return (blink and shows(blink, "is_menu_visible") or cmp and shows(cmp, "visible")) or false
end

---What comes before the text behind the cursor that an accept replaces, and what comes behind it.
---@return string before
---@return string? behind nil where nothing is replaced
---@return integer size of what is replaced
local function around_replaced()
  local text, size = rest(), ghost.items[ghost.index].replace
  local line = vim.api.nvim_buf_get_lines(ghost.buf, ghost.row, ghost.row + 1, false)[1] or ""
  local replaced = line:sub(ghost.col + 1, ghost.col + size)
  local first, last = text:find(replaced, 1, true)
  if replaced == "" or not first then
    return text, nil, 0
  end
  return text:sub(1, first - 1), text:sub(last + 1), #replaced
end

local function draw()
  vim.api.nvim_buf_clear_namespace(ghost.buf, ns, 0, -1)
  if has_menu() then
    return
  end
  local before, behind, size = around_replaced()
  if behind then
    vim.api.nvim_buf_set_extmark(ghost.buf, ns, ghost.row, ghost.col + size, {
      virt_text = { { behind, "IpyaiSuggestion" } },
      virt_text_pos = "inline",
    })
  end
  local lines = vim.split(before, "\n")
  local more = {}
  for index = 2, #lines do
    table.insert(more, { { lines[index] ~= "" and lines[index] or " ", "IpyaiSuggestion" } })
  end
  local count = #ghost.items > 1 and { { (" %d/%d"):format(ghost.index, #ghost.items), "IpyaiNote" } } or nil
  vim.api.nvim_buf_set_extmark(ghost.buf, ns, ghost.row, ghost.col, {
    virt_text = { { lines[1], "IpyaiSuggestion" }, count and count[1] },
    virt_text_pos = "inline",
    virt_lines = #more > 0 and more or nil,
  })
end

---@param items table[]
---@param index integer the one to show first
local function show(buf, row, col, items, index)
  require("ipyai.highlights")
  local tick = vim.b[buf].changedtick
  ghost = { buf = buf, row = row, col = col, items = items, index = index, taken = "", tick = tick }
  draw()
  host.tell("suggestShown", { id = items[index].id })
end

---What may be suggested at the cursor as things stand, the shown one last.
local function known()
  if not ghost then
    return {}
  elseif ghost.taken == "" then
    return ghost.items
  end
  local item = ghost.items[ghost.index]
  return { { id = item.id, text = rest(), replace = item.replace } }
end

---Asks for suggestions at the cursor; while one is shown, for another.
---@param trigger "asked"|"automatic"
function M.ask(trigger)
  local before = known()
  request = request + 1
  local buf = vim.api.nvim_get_current_buf()
  if has_menu() or vim.bo[buf].buftype ~= "" then
    return
  end
  local mine = request
  local row, col = unpack(vim.api.nvim_win_get_cursor(0))
  local tick = vim.b[buf].changedtick
  local text
  local uri = uri_of(buf)
  local known = sent[buf]
  if not known or known.tick ~= tick or known.uri ~= uri or known.instance ~= host.instance() then
    text = table.concat(vim.api.nvim_buf_get_lines(buf, 0, -1, false), "\n")
  end
  local params = {
    uri = uri,
    languageId = vim.bo[buf].filetype,
    text = text,
    row = row - 1,
    before = vim.api.nvim_get_current_line():sub(1, col),
    instead = #before > 0 and vim.tbl_map(function(item)
      return item.text
    end, before) or nil,
    trigger = trigger,
  }
  host.call("suggest", params, function(error, items)
    local is_current = mine == request
      and vim.api.nvim_get_current_buf() == buf
      and vim.b[buf].changedtick == tick
      and vim.api.nvim_get_mode().mode:sub(1, 1) == "i"
      and vim.deep_equal(vim.api.nvim_win_get_cursor(0), { row, col })
    if not is_current then
      return
    end
    if error or #items == 0 then
      if trigger == "asked" then
        local none = #before > 0 and "No other suggestion." or "No suggestion."
        host.notify(error and "No suggestion: " .. error or none, error and vim.log.levels.WARN or nil)
      end
      return
    end
    show(buf, row - 1, col, vim.list_extend(vim.list_slice(before), items), #before + 1)
  end)
  -- After the call, which may have started the process.
  sent[buf] = { tick = tick, uri = uri, instance = host.instance() }
end

---The beginning of `text` up to the end of a word, or of a line.
local function head_of(text, part)
  if part == "word" then
    return text:match("^%s*[%w_\128-\255]+") or text:match("^%s*[^%w_%s\128-\255]+") or text
  elseif part == "line" then
    local line = text:match("^\n?[^\n]*")
    return line ~= "" and line or text
  end
  return text
end

---Puts the suggestion into the buffer: all of it, or its next word or line.
---@param part "all"|"word"|"line"
function M.accept(part)
  if not ghost or vim.b[ghost.buf].changedtick ~= ghost.tick then
    return M.dismiss()
  end
  local item = ghost.items[ghost.index]
  local head = head_of(rest(), part)
  local is_all = #head == #rest()
  local lines = vim.split(head, "\n")
  local line = vim.api.nvim_buf_get_lines(ghost.buf, ghost.row, ghost.row + 1, false)[1]
  local stop = is_all and math.min(#line, ghost.col + item.replace) or ghost.col
  vim.api.nvim_buf_set_text(ghost.buf, ghost.row, ghost.col, ghost.row, stop, lines)
  local row = ghost.row + #lines - 1
  local col = #lines == 1 and ghost.col + #head or #lines[#lines]
  vim.api.nvim_win_set_cursor(0, { row + 1, col })
  ghost.taken = ghost.taken .. head
  host.tell("suggestAccepted", { id = item.id, text = ghost.taken })
  if is_all then
    return M.dismiss()
  end
  ghost.row, ghost.col, ghost.tick = row, col, vim.b[ghost.buf].changedtick
  draw()
end

---Shows another of several suggestions.
---@param step 1|-1
function M.cycle(step)
  if not ghost then
    return M.ask("asked")
  end
  if #ghost.items == 1 or ghost.taken ~= "" then
    return
  end
  ghost.index = (ghost.index - 1 + step) % #ghost.items + 1
  draw()
  host.tell("suggestShown", { id = ghost.items[ghost.index].id })
end

---The person typed: what fits the suggestion goes on in it, anything else ends it.
function typed()
  if not ghost then
    return
  end
  local row, col = unpack(vim.api.nvim_win_get_cursor(0))
  local line = vim.api.nvim_get_current_line()
  local added = row - 1 == ghost.row and col > ghost.col and line:sub(ghost.col + 1, col) or nil
  local is_same = vim.b[ghost.buf].changedtick == ghost.tick
  if is_same and row - 1 == ghost.row and col == ghost.col then
    return draw()
  end
  if is_same or not added or #added >= #rest() or rest():sub(1, #added) ~= added then
    return M.dismiss()
  end
  ghost.taken, ghost.col, ghost.tick = ghost.taken .. added, col, vim.b[ghost.buf].changedtick
  draw()
end

vim.api.nvim_create_autocmd({ "TextChangedI", "TextChangedP", "CursorMovedI", "CompleteChanged", "CompleteDone" }, {
  group = group,
  callback = typed,
})
vim.api.nvim_create_autocmd("User", {
  group = group,
  pattern = { "BlinkCmpMenuOpen", "BlinkCmpMenuClose" },
  callback = vim.schedule_wrap(function()
    typed()
  end),
})
vim.api.nvim_create_autocmd({ "InsertLeave", "BufLeave" }, { group = group, callback = M.dismiss })
vim.api.nvim_create_autocmd("BufUnload", {
  group = group,
  callback = function(event)
    local known = sent[event.buf]
    sent[event.buf] = nil
    if known then
      host.tell("documentClosed", { uri = known.uri })
    end
  end,
})

---@type uv.uv_timer_t?
local timer

---Suggestions that come unasked, while `suggest.automatic` says so.
function M.setup_automatic()
  local automatic = vim.api.nvim_create_augroup("ipyai-suggest-automatic", {})
  if timer then
    timer:stop()
  end
  if not require("ipyai.config").options.suggest.automatic then
    return
  end
  timer = timer or vim.uv.new_timer()
  vim.api.nvim_create_autocmd({ "TextChangedI", "InsertLeave" }, {
    group = automatic,
    callback = function(event)
      local options = require("ipyai.config").options.suggest
      timer:stop()
      if event.event == "InsertLeave" or not vim.tbl_contains(options.filetypes, vim.bo.filetype) then
        return
      end
      timer:start(options.debounce_ms, 0, function()
        vim.schedule(function()
          if not M.is_visible() and vim.api.nvim_get_mode().mode == "i" then
            M.ask("automatic")
          end
        end)
      end)
    end,
  })
end

return M
