"""Engines: each runs bound queries over declared sources."""
