"""Programs that a cell or a prompt runs, and the keyboard behind them."""
