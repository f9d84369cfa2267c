"""Feeds for readers that do not speak Finger: items and the time in, bytes out.

- `feeds.about`: what a feed is of, and how it, its people and its records are named.
- `feeds.entries`: what all formats tell of an item; `feeds.findings`: of a finding about a commune.
- `feeds.around`: what they ask of the place that the items came from.
- `feeds.atom`: Atom and RSS 2.0. It alone needs feedgen, the extra ``feeds``.
- `feeds.jsonfeed`: JSON Feed 1.1. `feeds.twtxt`: twtxt, with Yarn's extensions.
- `feeds.serving`: any of them as the answer to an HTTP request.
- `feeds.web`: pages of HTML. `feeds.digest`: a letter of what was new.

May import `thimbl.home`, `thimbl.store` and `thimbl.core`. It stands beside `tui` and `thimbl.node` and imports
neither.
"""
