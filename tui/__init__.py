"""The terminal user interface, a Textual application.

It reads the store, and writes through the authoring functions of `thimbl.home` as the command line does. It may
import `thimbl.home`, `thimbl.store` and `thimbl.core`; it never reaches Twisted, whose loop and Textual's do not share
a thread: the poller runs as a child process.
"""
