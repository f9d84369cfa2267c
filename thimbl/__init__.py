"""Plans published over Finger: who wrote them, what follows from them, and the program around that.

The layers import one way only: `thimbl.cli`, then `tui`, `feeds` and `thimbl.node`, then `thimbl.home`, then
`thimbl.store`, then `thimbl.core`.
Nothing is imported here, so that `import thimbl` costs nothing.
"""

__version__ = "0.1.0"
