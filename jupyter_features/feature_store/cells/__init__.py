"""Feature cells: the grammar of declarations, definitions and tests, and a notebook's cells compared and published without running it."""
