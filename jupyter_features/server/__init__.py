"""The Jupyter server extension: what the sidebar asks, answered without a kernel."""
