"""From the author's text to a checked, normal form: one pass, one function, one file."""
