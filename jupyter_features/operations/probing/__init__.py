"""The registry's probe: rows made from declared schemas alone, the same on every machine, and what views answer on them."""
