-- Commands, the <Plug> maps that people bind keys to, and how notebooks are read. Everything else loads on first use.
if vim.g.loaded_ipyai then
  return
end
vim.g.loaded_ipyai = true

local function command(name, options)
  vim.api.nvim_create_user_command(name, function(args)
    require("ipyai.commands").run(name, args)
  end, options)
end

local function complete(lead, line)
  return require("ipyai.commands").complete(lead, line)
end

command("IpyaiStart", { nargs = "?", complete = "file", desc = "Start a session; with an argument, on that Python" })
command("IpyaiJoin", { nargs = "?", bang = true, complete = complete, desc = "Join a live session of this folder; ! any folder" })
command("IpyaiSessions", { bang = true, desc = "List this folder's sessions and open one; ! all folders" })
command("IpyaiStop", { bang = true, desc = "End the session and its kernel; ! leave it running" })
command("IpyaiInterrupt", { desc = "Interrupt the running cell" })
command("IpyaiRestart", { desc = "Restart the kernel" })
command("IpyaiRunCell", { desc = "Run the cell at the cursor" })
command("IpyaiRunCellNext", { desc = "Run the cell at the cursor and go to the next" })
command("IpyaiRunLine", { desc = "Run the line at the cursor" })
command("IpyaiRun", { range = true, desc = "Run these lines" })
command("IpyaiRunAbove", { desc = "Run all cells above the cursor" })
command("IpyaiRunAll", { desc = "Run all cells" })
command("IpyaiClear", { bang = true, desc = "Remove the cell's output; ! all outputs" })
command("IpyaiOutput", { bang = true, desc = "Show the cell's whole output in a float; ! in a split" })
command("IpyaiOpen", { desc = "Open the cell's picture or HTML in its program" })
command("IpyaiSave", { nargs = 1, bang = true, complete = "file", desc = "Write the cell's picture or HTML to a file; ! over one" })
command("IpyaiLog", { desc = "Show the cells that ran in the session, of others too" })
command("IpyaiPrompt", { nargs = "*", range = true, bang = true, desc = "Ask the AI; ! answers below the cell" })
command("IpyaiChat", { desc = "Show the conversation" })
command("IpyaiCancel", { desc = "Stop the running answer" })
command("IpyaiApprove", { desc = "Answer what the AI asks permission for" })
command("Ipyai", { nargs = "*", complete = complete, desc = "Show or change settings: backend, model, think, ..." })

vim.api.nvim_create_autocmd("BufReadCmd", {
  group = vim.api.nvim_create_augroup("ipyai-notebooks", {}),
  pattern = "*.ipynb",
  desc = "ipyai: notebooks as cells",
  callback = function(event)
    require("ipyai.cells.notebook").read(event.buf, event.match)
  end,
})

local function map(modes, name, options)
  for mode in modes:gmatch(".") do
    local press = ('<Cmd>lua require("ipyai.keys").press("%s")<CR>'):format(name)
    vim.api.nvim_set_keymap(mode, ("<Plug>(ipyai-%s)"):format(name), press, options or { noremap = true })
  end
end

for _, name in ipairs({
  "run-cell", "run-cell-next", "run-line", "run-above", "run-all", "clear", "clear-all", "output", "open", "log",
  "chat", "cancel", "approve", "interrupt", "restart", "prompt", "prompt-below", "next-cell", "previous-cell",
}) do
  map("n", name)
end
map("x", "prompt")
map("x", "prompt-below")
for _, name in ipairs({ "suggest", "accept", "accept-word", "accept-line", "dismiss", "next", "previous" }) do
  map("i", name)
end
for _, name in ipairs({ "insert-blocks", "insert-next-block", "insert-previous-block" }) do
  map("ni", name)
end
for nth = 1, 9 do
  map("ni", "insert-block-" .. nth)
end
for _, mode in ipairs({ "n", "x" }) do
  vim.api.nvim_set_keymap(mode, "<Plug>(ipyai-run)", 'v:lua.require("ipyai.cells.run").operator()', { noremap = true, expr = true })
end
