"""Which thimbl this is; in a module of its own, so that every layer may say so without importing another."""

__version__ = "0.1.0"
