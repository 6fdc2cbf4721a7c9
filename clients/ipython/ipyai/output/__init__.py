"""What Python prints and shows: whose it is, and how it is caught."""
