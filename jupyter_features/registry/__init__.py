"""Where published feature views are kept: immutable versions, environments as pointers, an event for every change."""
