---Highlight groups: ours, linked to common ones, and one for each style that a kernel's output uses.
local M = {}

local links = {
  IpyaiOutput = "Normal",
  IpyaiStderr = "DiagnosticWarn",
  IpyaiError = "DiagnosticError",
  IpyaiRunning = "DiagnosticInfo",
  IpyaiOk = "DiagnosticOk",
  IpyaiHeading = "Title",
}

local named = { [""] = "IpyaiOutput", stderr = "IpyaiStderr", error = "IpyaiError", note = "IpyaiNote" }

---The colours of terminals that have no scheme of their own.
local basic = {
  [0] = "#000000", "#cd3131", "#0dbc79", "#b5a000", "#2472c8", "#bc3fbc", "#11a8cd", "#cccccc",
  "#666666", "#f14c4c", "#23d18b", "#d5c000", "#3b8eea", "#d670d6", "#29b8db", "#ffffff",
}

---@param number integer a colour of the 256
---@return string
local function hex_of(number)
  if number < 16 then
    return vim.g["terminal_color_" .. number] or basic[number]
  elseif number >= 232 then
    local grey = 8 + 10 * (number - 232)
    return ("#%02x%02x%02x"):format(grey, grey, grey)
  end
  local steps = { [0] = 0, 95, 135, 175, 215, 255 }
  local index = number - 16
  return ("#%02x%02x%02x"):format(steps[math.floor(index / 36)], steps[math.floor(index / 6) % 6], steps[index % 6])
end

---@param hex string
---@return integer the nearest of the 6×6×6 colours
local function number_of(hex)
  local function step(from)
    return math.floor(tonumber(hex:sub(from, from + 1), 16) / 255 * 5 + 0.5)
  end
  return 16 + 36 * step(2) + 6 * step(4) + step(6)
end

---@type table<string, string>
local groups = {}

local function setup()
  groups = {}
  for group, target in pairs(links) do
    vim.api.nvim_set_hl(0, group, { link = target, default = true })
  end
  -- Neovim's own scheme has no grey for comments where 'termguicolors' is off.
  local comment = vim.api.nvim_get_hl(0, { name = "Comment", link = false })
  for _, group in ipairs({ "IpyaiBorder", "IpyaiNote", "IpyaiSuggestion" }) do
    local grey = comment.ctermfg and { link = "Comment" } or { fg = comment.fg, ctermfg = 8 }
    vim.api.nvim_set_hl(0, group, vim.tbl_extend("force", grey, { default = true }))
  end
end

setup()
vim.api.nvim_create_autocmd("ColorScheme", {
  group = vim.api.nvim_create_augroup("ipyai-highlights", {}),
  callback = setup,
})

---The group for a style of `terminalLines.ts`.
---@param style string
---@return string
function M.group(style)
  local group = named[style] or groups[style]
  local picture = style:match("^picture=(%d+)$")
  if picture then
    return require("ipyai.cells.pictures").group(tonumber(picture))
  elseif group then
    return group
  end
  local definition = {}
  for word in style:gmatch("[^,]+") do
    local key, color = word:match("^([fb]g)=(.*)$")
    if key then
      local is_hex = color:sub(1, 1) == "#"
      definition[key] = is_hex and color or hex_of(tonumber(color))
      definition["cterm" .. key] = is_hex and number_of(color) or tonumber(color)
    elseif word == "bold" or word == "italic" or word == "underline" or word == "reverse" then
      definition[word] = true
    end
  end
  if definition.fg == nil and style:find("dim") then
    definition = { link = "IpyaiNote" }
  end
  group = "IpyaiAnsi_" .. style:gsub("[^%w]", "_")
  vim.api.nvim_set_hl(0, group, definition)
  groups[style] = group
  return group
end

---Lines of `{text, style}` as chunks for virtual text.
---@param line { [1]: string, [2]: string }[]
---@param border? string
---@return { [1]: string, [2]: string }[]
function M.chunks(line, border)
  local chunks = border and { { border, "IpyaiBorder" } } or {}
  for _, chunk in ipairs(line) do
    table.insert(chunks, { chunk[1], M.group(chunk[2]) })
  end
  return chunks
end

---Writes styled lines over rows of a buffer, colours included.
---@param buf integer
---@param ns integer
---@param first integer
---@param last integer exclusive; -1 is the buffer's end
---@param lines table[]
function M.set_lines(buf, ns, first, last, lines)
  local texts = vim.tbl_map(function(line)
    local parts = vim.tbl_map(function(chunk)
      return chunk[1]
    end, line)
    return (table.concat(parts):gsub("\n", " "))
  end, lines)
  vim.api.nvim_buf_clear_namespace(buf, ns, first, last)
  vim.bo[buf].modifiable = true
  vim.api.nvim_buf_set_lines(buf, first, last, false, texts)
  vim.bo[buf].modifiable = false
  for index, line in ipairs(lines) do
    local col = 0
    for _, chunk in ipairs(line) do
      local stop = col + #chunk[1]
      if chunk[2] ~= "" and stop > col then
        local mark = { end_col = stop, hl_group = M.group(chunk[2]) }
        vim.api.nvim_buf_set_extmark(buf, ns, first + index - 1, col, mark)
      end
      col = stop
    end
  end
end

return M
