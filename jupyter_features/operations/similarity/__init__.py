"""How alike two published features are: candidates among all of them, and their confirmation on rows made for the two."""
