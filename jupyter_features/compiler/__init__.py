"""From a compiled view to one bound query per use: the same tree under different bindings."""
