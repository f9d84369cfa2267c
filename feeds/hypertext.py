"""A text as HTML, for the formats whose readers take every text for that (RSS 2.0, and Atom's ``type="html"``).

- Every character of the text is escaped; the only elements are ``<br>`` at the ends of lines, and ``<a>`` around the
  links of `thimbl.core.text`, whose schemes run nothing.
- Atom's ``type="text"`` would say what a text is. But some readers, newsboat 2.21 among them, take that for HTML too:
  it loses its lines, and all that follows a ``<``.
"""

from html import escape

from thimbl.core.text import SpanKind, spans


def hypertext(text: str) -> str:
    """The HTML that shows `text` as it is. Lines of the text end in LF, and so do those of the HTML."""
    made, position = [], 0
    for span in spans(text):
        if span.kind is SpanKind.LINK:
            link = escape(span.value)
            made += [escape(text[position : span.start], quote=False), f'<a href="{link}">{link}</a>']
            position = span.end
    made.append(escape(text[position:], quote=False))
    return "".join(made).replace("\n", "<br>\n")
