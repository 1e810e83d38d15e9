"""The registry service: the registry over HTTP, for people who hold a token and no database password."""
