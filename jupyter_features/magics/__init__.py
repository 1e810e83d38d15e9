"""The notebook's door: cells and lines over the same verbs as the terminal."""
