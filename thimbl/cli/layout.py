"""Text in columns, as the commands print it: see `thimbl.core.layout`."""

from thimbl.core.layout import clip, columns, fill, width_of, wrap

__all__ = ["clip", "columns", "fill", "width_of", "wrap"]
