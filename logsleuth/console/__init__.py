"""What commands share of the terminal: settings, colours, the pager, and how answers go out."""
