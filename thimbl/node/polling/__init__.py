"""Asking others what is new: one fetch, its checks and its storing, and when whom to ask."""
