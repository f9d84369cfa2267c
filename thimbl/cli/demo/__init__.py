"""The demonstration: a commune and its people on three hosts of this machine, and an account for whoever looks."""
