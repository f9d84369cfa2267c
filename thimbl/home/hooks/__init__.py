"""Hooks: commands of the person's own that are run when something happens (docs/hooks.md).

- `settings`: which there are, from the map `hooks` of `config.yaml`.
- `running`: one command, with an object on its standard input; bounded, without a shell, in an environment of its own.
- `gate`: `before_post`, which may stop what is about to be signed.
- `delivery`: all others; each event once, whichever program comes first, by the bookmarks of `thimbl.store.bookmarks`.
- `findings`: what is new in the books of communes.
"""
