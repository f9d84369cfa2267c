"""The Twisted side: what the daemon serves over Finger, and the poller that fetches the plans a person follows.

May import `thimbl.home`, `thimbl.store`, `thimbl.core` and `finger`. It stands beside `tui` and `feeds` and imports
neither. No module here imports a global reactor: the reactor is an argument.
"""
