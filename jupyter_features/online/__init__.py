"""Where the newest feature values of every entity are kept for serving."""
