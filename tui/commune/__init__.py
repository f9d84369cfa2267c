"""The view Commune: what a commune's records come to, one's own statement, and the clerk's desk (commune.md)."""
