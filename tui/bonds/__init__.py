"""The view Bonds: offers, their sales, and what a person may sign about them (commune.md 2 to 5)."""
