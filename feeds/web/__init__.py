"""The web face: pages of HTML without script, made of plain values (`thimbl.home.shown`). Pure: no I/O, no clock."""
