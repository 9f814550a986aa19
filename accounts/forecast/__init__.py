"""What to expect of the coming months: revenue, cash and units, each with its range and how far off it used to be."""
