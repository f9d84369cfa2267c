"""The man pages, made when thimbl is built (`hatch_build.py`) and installed with it: nothing here runs after that.

- Each page has one source: a command's page its click command (`commands`), thimbl-config(5) and thimbl-plan(5) the
  pages docs/configuration.md and docs/plan-format.md (`markdown`). `roff` alone knows how man(7) is written.
- A build has click and nothing else: what is imported here, and by the commands when they are imported, is the standard
  library. The date is that of the build, or SOURCE_DATE_EPOCH (reproducible-builds.org).
"""
