"""What a feature is: frozen, validated values that cross every wire unchanged."""
