"""Feeds for readers that do not speak Finger: items and the time in, bytes out.

- `feeds.entries`: what all formats tell of an item, and what each feed says of itself.
- `feeds.atom`: Atom and RSS 2.0. It alone needs feedgen, the extra ``feeds``.
- `feeds.jsonfeed`: JSON Feed 1.1.

May import `thimbl.home`, `thimbl.store` and `thimbl.core`. It stands beside `tui` and `thimbl.node` and imports
neither.
"""
