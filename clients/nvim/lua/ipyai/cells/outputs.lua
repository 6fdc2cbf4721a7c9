---Output below the code it came from: virtual lines and a sign, held by extmarks that move with the text.
local M = {}

local ns = vim.api.nvim_create_namespace("ipyai-outputs")

---@class ipyai.Placed a place in a buffer and what stands there
---@field buf integer
---@field region integer the extmark over the code
---@field is_cell? boolean whether what is written behind it, up to the next cell, belongs to it
---@field code? string a cell's code, as it was when the place was made
---@field below? integer the extmark that holds the virtual lines
---@field sign? integer
---@field cleared? boolean a person took its output away
---@field hidden? boolean the output of other lines stands in the place of its own
---@field render? fun(width: integer): ipyai.Chunks[] the virtual lines, none wider than this
---@field lines ipyai.Chunks[] virtual lines
---@field width? integer what they were made for
---@field note? { [1]: string, [2]: string } what stands behind the first line
---@field mark? { [1]: string, [2]: string } the sign and its group
---@field is_edited? boolean its code is not what ran
---@field is_of_old? boolean the kernel that ran it is gone

---@type table<integer, table<ipyai.Placed, true>>
local placed = {}

local function delete(place, name)
  if place[name] then
    pcall(vim.api.nvim_buf_del_extmark, place.buf, ns, place[name])
    place[name] = nil
  end
end

---Puts the extmark over these rows of code.
---@return integer id
local function cover(buf, first, last, id)
  local text = vim.api.nvim_buf_get_lines(buf, last, last + 1, false)[1] or ""
  return vim.api.nvim_buf_set_extmark(buf, ns, first, 0, {
    id = id,
    end_row = last,
    end_col = #text,
    end_right_gravity = true,
    invalidate = true,
  })
end

---The rows of the code; nil when it was deleted.
---@param place ipyai.Placed
---@return integer? first, integer? last
function M.rows(place)
  if not place.region or not vim.api.nvim_buf_is_valid(place.buf) then
    return
  end
  local mark = vim.api.nvim_buf_get_extmark_by_id(place.buf, ns, place.region, { details = true })
  if not mark[1] or mark[3].invalid then
    return
  end
  local first, last = mark[1], mark[3].end_row
  if mark[3].end_col == 0 then
    -- Its last line was deleted, or all of them.
    last = last - 1
  end
  if last < first then
    return
  end
  return first, last
end

---How wide text can be in the narrowest window of a buffer.
---@param buf integer
---@return integer
local function text_width(buf)
  local narrowest
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    local info = vim.fn.getwininfo(win)[1]
    -- Where signs come and go with the output, there is always room for them.
    local signs = vim.wo[win].signcolumn == "auto" and 2 or 0
    narrowest = math.min(narrowest or math.huge, info.width - math.max(info.textoff, signs))
  end
  return math.max(10, narrowest or vim.o.columns)
end

---Makes the virtual lines anew when they are for another width.
---@param place ipyai.Placed
local function fit(place)
  local width = text_width(place.buf)
  if place.render and place.width ~= width then
    place.lines, place.width = place.render(width), width
  end
end

---Why what stands there does not tell how things are now.
---@param place ipyai.Placed
---@return string?
local function stale_of(place)
  return place.is_edited and "edited since" or place.is_of_old and "before the restart" or nil
end

---Shows what the place holds, where its code is now.
---@param place ipyai.Placed
local function put(place)
  local first, last = M.rows(place)
  local stale = place.note and stale_of(place)
  local note = stale and { ("%s · %s"):format(place.note[1], stale), "IpyaiNote" } or place.note
  local signs = require("ipyai.config").options.output.signs
  if not first then
    delete(place, "below")
    return delete(place, "sign")
  end
  place.below = vim.api.nvim_buf_set_extmark(place.buf, ns, last, 0, {
    id = place.below,
    virt_lines = #place.lines > 0 and place.lines or nil,
    virt_text = note and { { "  " .. note[1], note[2] } } or nil,
    virt_text_pos = "eol",
  })
  if place.mark then
    place.sign = vim.api.nvim_buf_set_extmark(place.buf, ns, first, 0, {
      id = place.sign,
      sign_text = stale and signs and signs.stale or place.mark[1],
      sign_hl_group = stale and "IpyaiNote" or place.mark[2],
    })
  end
end

---Draws what the place holds now; nothing where another took its place.
---@param place ipyai.Placed
function M.draw(place)
  if not M.is_placed(place) then
    return
  end
  place.width = nil
  fit(place)
  put(place)
end

---Draws the place anew if what it says of itself has changed.
---@param place ipyai.Placed
function M.check(place)
  if M.is_placed(place) and not place.hidden then
    put(place)
  end
end

---Finds out which cells are not what ran.
---@param buf integer
local function find_edited(buf)
  local cells = require("ipyai.cells")
  local code_above
  for place in pairs(placed[buf] or {}) do
    local _, last = M.rows(place)
    if last and place.is_cell and place.code and place.note then
      if not code_above then
        code_above = {}
        for _, cell in ipairs(cells.all(buf)) do
          code_above[cells.end_row(buf, cell)] = cells.code(buf, cell)
        end
      end
      local code = code_above[last] or place.code
      local unspaced = require("ipyai.text").unspaced
      local is_edited = code ~= place.code and unspaced(code) ~= unspaced(place.code)
      if is_edited ~= (place.is_edited or false) then
        place.is_edited = is_edited
        M.check(place)
      end
    end
  end
end

---Puts the extmark where the code ends now: rows may have been written behind it.
---@param place ipyai.Placed
local function grow(place)
  local first, last = M.rows(place)
  if first then
    last = place.is_cell and require("ipyai.cells").grown(place.buf, last) or last
    cover(place.buf, first, last, place.region)
  end
end

---@param place ipyai.Placed
---@param name "below"|"sign"
---@return integer?
local function row_of(place, name)
  return place[name] and vim.api.nvim_buf_get_extmark_by_id(place.buf, ns, place[name], {})[1]
end

---What formatters leave as it is.
---@param code string
local function words_of(code)
  return (code:gsub("[^%w_\128-\255]", ""))
end

---Puts places of cells that were deleted over cells of the same code that have none, else of the same words: these
---were moved, or the file was formatted.
---@param buf integer
---@param lost ipyai.Placed[]
local function find_moved(buf, lost)
  table.sort(lost, function(a, b)
    return a.region > b.region
  end)
  local taken = {}
  for place in pairs(placed[buf]) do
    local _, last = M.rows(place)
    taken[last or -1] = true
  end
  local cells = require("ipyai.cells")
  local all = cells.all(buf)
  for _, key_of in ipairs({ tostring, words_of }) do
    for _, cell in ipairs(all) do
      local last = cells.end_row(buf, cell)
      local key = cell.code and not taken[last] and key_of(cells.code(buf, cell))
      for index, place in ipairs(key and lost or {}) do
        if key_of(place.code) == key then
          cover(buf, cell.first, last, place.region)
          put(place)
          taken[last] = true
          table.remove(lost, index)
          break
        end
      end
    end
  end
end

---@param buf integer
---@param is_typing boolean
local function follow(buf, is_typing)
  local lost = {}
  for place in pairs(placed[buf] or {}) do
    grow(place)
    local first, last = M.rows(place)
    if not first and place.code then
      table.insert(lost, place)
    end
    if row_of(place, "below") ~= last or (place.mark and row_of(place, "sign") ~= first) then
      put(place)
    end
  end
  if #lost > 0 and not is_typing then
    find_moved(buf, lost)
  end
  if not is_typing then
    find_edited(buf)
  end
end

vim.api.nvim_create_autocmd({ "WinResized", "BufWinEnter" }, {
  group = vim.api.nvim_create_augroup("ipyai-outputs", {}),
  desc = "ipyai: output as wide as its windows",
  callback = function()
    for _, places in pairs(placed) do
      for place in pairs(places) do
        if place.render and place.below and place.width ~= text_width(place.buf) then
          fit(place)
          put(place)
        end
      end
    end
  end,
})

---@param buf integer
---@param group integer
local function forget(buf, group)
  if vim.api.nvim_buf_is_valid(buf) then
    vim.api.nvim_buf_clear_namespace(buf, ns, 0, -1)
  end
  placed[buf] = nil
  pcall(vim.api.nvim_del_augroup_by_id, group)
end

---@param buf integer
local function watch(buf)
  local group = vim.api.nvim_create_augroup("ipyai-outputs-" .. buf, {})
  vim.api.nvim_create_autocmd({ "TextChanged", "TextChangedI", "TextChangedP", "InsertLeave" }, {
    group = group,
    buffer = buf,
    callback = function(event)
      follow(buf, event.event == "TextChangedI" or event.event == "TextChangedP")
    end,
  })
  vim.api.nvim_create_autocmd("BufUnload", {
    group = group,
    buffer = buf,
    callback = function()
      -- A notebook that is read anew has the outputs of its file.
      if vim.b[buf].ipyai_notebook then
        return forget(buf, group)
      end
      vim.schedule(function()
        if vim.api.nvim_buf_is_loaded(buf) then
          -- It was read anew: `:edit!`.
          return follow(buf, false)
        end
        forget(buf, group)
      end)
    end,
  })
end

---@param place ipyai.Placed
local function hide(place)
  place.lines, place.render, place.note, place.mark = {}, nil, nil, nil
  delete(place, "below")
  delete(place, "sign")
end

---A place over these rows, beside those that are there.
---@param buf integer
---@param first integer
---@param last integer
---@return ipyai.Placed
function M.extra(buf, first, last)
  if not placed[buf] then
    placed[buf] = {}
    watch(buf)
  end
  local place = { buf = buf, region = cover(buf, first, last), lines = {} }
  placed[buf][place] = true
  return place
end

---A place over these rows. Places whose output would stand between them go; a notebook's cell keeps what it gave, for
---its file, when only some of its lines run.
---@param buf integer
---@param first integer
---@param last integer
---@param code? string a cell's; nil for other lines
---@return ipyai.Placed
function M.place(buf, first, last, code)
  for place in pairs(placed[buf] or {}) do
    local _, other = M.rows(place)
    if other and first <= other and other <= last then
      if place.is_cell and not code and vim.b[buf].ipyai_notebook then
        hide(place)
        place.hidden = true
      else
        M.remove(place)
      end
    end
  end
  local place = M.extra(buf, first, last)
  place.is_cell, place.code = code ~= nil, code
  return place
end

---@param place ipyai.Placed
function M.remove(place)
  if not vim.api.nvim_buf_is_valid(place.buf) then
    return
  end
  for _, name in ipairs({ "below", "sign", "region" }) do
    delete(place, name)
  end
  if placed[place.buf] then
    placed[place.buf][place] = nil
  end
end

---Takes away what stands at the place, which stays.
---@param place ipyai.Placed
function M.empty(place)
  hide(place)
  place.cleared = true
end

---Whether the place is still there.
---@param place ipyai.Placed
function M.is_placed(place)
  return placed[place.buf] ~= nil and placed[place.buf][place] ~= nil
end

---Places of a buffer, or those whose code or output is at a row.
---@param buf integer
---@param row? integer
---@return ipyai.Placed[]
function M.at(buf, row)
  local found = {}
  for place in pairs(placed[buf] or {}) do
    local first, last = M.rows(place)
    if not row or (first and first <= row and row <= last) then
      table.insert(found, place)
    end
  end
  return found
end

return M
