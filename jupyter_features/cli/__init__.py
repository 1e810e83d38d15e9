"""The verbs: one parser for the terminal and the magics."""
