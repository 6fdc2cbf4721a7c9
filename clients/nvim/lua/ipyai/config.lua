---Options: their defaults, what they mean, and the check of what a person gives.
local M = {}

---@class ipyai.Options
local defaults = {
  ---The command that starts the process beside Neovim. `nil`: `bin/ipyai nvim-host` of this plugin's package.
  ---@type string[]?
  command = nil,
  ---The Python for new sessions: a path, a command or an environment's folder. `nil`: the active environment, else ipyai's own.
  ---@type string?
  python = nil,
  ---Settings for new sessions, such as `backend`, `model`, `think`, `permissions`. What is absent falls to ipyai's own configuration.
  ---@type table<string, any>
  session = {},
  ---What running a cell or asking does without a session: `"ask"` offers this folder's live sessions if there are any
  ---and else starts one, `"start"` always starts one, `"never"` says that there is none.
  ---@type "ask"|"start"|"never"
  first_use = "ask",
  ---Output below cells.
  ---@class ipyai.OutputOptions
  output = {
    ---How many lines stand below a cell; `:IpyaiOutput` shows all.
    ---@type integer
    max_lines = 20,
    ---Whether lines that are wider than the window go on in the next row; else they end where it ends.
    ---@type boolean
    wrap = true,
    ---What stands before each line.
    ---@type string
    border = "▎ ",
    ---How pictures are drawn: `"auto"` by kitty's protocol in terminals that are known to have it (kitty, Ghostty) and of
    ---half blocks elsewhere, `"always"` by that protocol, `"blocks"` of half blocks, or `false` to name them only.
    ---@type "auto"|"always"|"blocks"|false
    pictures = "auto",
    ---Signs beside a cell; `false` for none. `stale`: it was edited since, or its kernel is gone.
    ---@type table<string, string>|false
    signs = { running = "●", ok = "✓", error = "✗", stale = "○" },
  },
  ---The conversation.
  ---@class ipyai.ChatOptions
  chat = {
    ---The command that opens its window.
    ---@type string
    open = "botright vertical split",
    ---Whether a prompt shows it.
    ---@type boolean
    show = true,
    ---What the model thinks aloud: folded, shown, or left out.
    ---@type "fold"|"show"|"hide"
    thinking = "fold",
    ---Of how many lines code and output of tools, and code that went with a prompt, stand open; more are folded.
    ---@type integer
    fold_lines = 12,
    ---Whether the cell at the cursor goes with a prompt where the AI does not know it: not run as it stands, or failed.
    ---@type boolean
    cell = true,
  },
  ---Suggestions at the cursor.
  ---@class ipyai.SuggestOptions
  suggest = {
    ---Whether they come unasked while typing.
    ---@type boolean
    automatic = false,
    ---How long typing must pause for that, in milliseconds.
    ---@type integer
    debounce_ms = 250,
    ---Where they may come unasked.
    ---@type string[]
    filetypes = { "python", "markdown", "quarto" },
  },
  ---Whether `.ipynb` files open as cells; else they open as the text that they are.
  ---@type boolean
  notebooks = true,
  ---Where cells are looked for and the maps below hold.
  ---@type string[]
  filetypes = { "python", "markdown", "quarto" },
  ---Default maps; `false` for none, and so for each of them.
  ---@type table<string, string|false>|false
  keys = {
    ["run-cell"] = "<localleader>c",
    ["run-cell-next"] = "<localleader>n",
    ["run-line"] = "<localleader>l",
    ["run"] = "<localleader>r",
    ["run-above"] = "<localleader>u",
    ["clear"] = "<localleader>x",
    ["output"] = "<localleader>o",
    ["prompt"] = "<localleader>p",
    ["prompt-below"] = "<localleader>P",
    ["cancel"] = "<localleader>q",
    ["interrupt"] = "<localleader>i",
    ["next-cell"] = "<localleader>j",
    ["previous-cell"] = "<localleader>k",
    ["suggest"] = "<M-.>",
    ["accept"] = "<M-l>",
    ["accept-word"] = "<M-Right>",
    ["accept-line"] = "<M-Down>",
    ["dismiss"] = "<C-]>",
    ["next"] = "<M-n>",
    ["previous"] = "<M-p>",
    ["insert-blocks"] = "<M-W>",
    ["insert-block-1"] = "<M-!>",
    ["insert-block-2"] = "<M-@>",
    ["insert-block-3"] = "<M-#>",
    ["insert-next-block"] = "<M-S-Down>",
    ["insert-previous-block"] = "<M-S-Up>",
  },
}

---Options whose default says nothing about their type.
local types = { command = "table", python = "string", signs = "table", keys = "table" }
---Options that may be switched off with `false`.
local off = { signs = true, keys = true, pictures = true }
---Tables that take any names.
local open_tables = { session = true, signs = true, command = true, filetypes = true }
local choices = { first_use = { "ask", "start", "never" }, pictures = { "auto", "always", "blocks" }, thinking = { "fold", "show", "hide" } }

---@param given table
---@param known table
---@param path string
local function check(given, known, path)
  for name, value in pairs(given) do
    local where = path .. tostring(name)
    local default = known[name]
    local wanted = types[name] or (default ~= nil and type(default)) or nil
    if path == "keys." then
      if default == nil then
        error(("ipyai: there is no map %s: see :help ipyai-keys"):format(where), 0)
      end
      if value ~= false and type(value) ~= "string" then
        error(("ipyai: %s is to be a key or false, not %s"):format(where, vim.inspect(value)), 0)
      end
    elseif not wanted then
      error(("ipyai: there is no option %s: see :help ipyai-options"):format(where), 0)
    elseif not (value == false and off[name]) then
      if type(value) ~= wanted then
        error(("ipyai: %s is to be a %s, not %s"):format(where, wanted, vim.inspect(value)), 0)
      end
      if choices[name] and not vim.tbl_contains(choices[name], value) then
        local words = table.concat(choices[name], ", ")
        error(("ipyai: %s is to be one of %s, not %s"):format(where, words, vim.inspect(value)), 0)
      end
      if wanted == "table" and not open_tables[name] then
        check(value, default, where .. ".")
      end
    end
  end
end

---@type ipyai.Options
M.options = vim.deepcopy(defaults)

---Checks the options and puts them over the defaults.
---@param given ipyai.Options
function M.set(given)
  check(given, defaults, "")
  M.options = vim.tbl_deep_extend("force", vim.deepcopy(defaults), given)
end

return M
