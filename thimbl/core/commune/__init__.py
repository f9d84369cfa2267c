"""The commune protocol: offers, sales, rent and what follows from them by arithmetic (commune.md)."""
