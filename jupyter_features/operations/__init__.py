"""What people do with features: one verb per file, written over values, engines and stores."""
