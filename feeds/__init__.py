"""Feeds for readers that do not speak Finger: a timeline and the time in, bytes out.

May import `thimbl.home`, `thimbl.store` and `thimbl.core`. It stands beside `tui` and `thimbl.node` and imports
neither.
"""
