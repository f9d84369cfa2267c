"""A person's own files: paths, settings, keys, `~/.plan` and its archive, and the authoring of records.

May import `thimbl.store` and `thimbl.core`. It loads neither Twisted nor Textual: posting from a shell and posting from
the terminal UI are the same functions, and neither waits for a framework to load.
"""
