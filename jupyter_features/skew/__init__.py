"""Parity and drift between what the notebook defines and what production serves."""
