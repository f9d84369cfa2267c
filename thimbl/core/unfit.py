"""Characters that no document has, of XML or of HTML: what goes into a feed, a page or a list of feeds is rid of them.

- XML 1.0 2.2 ("Char") and HTML 13.1.4 say what may stand in one: no controls but white space, no surrogates. Left out
  too are the code points that are no characters, which both discourage; CR, which would come back as LF; and DEL and
  the C1 controls, on which the terminal acts in which somebody reads.
- What takes their place each sink decides for itself.
"""

import re
from typing import Final

UNFIT: Final = re.compile(
    "[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd"
    + "".join(f"{chr(plane << 16)}-{chr(plane << 16 | 0xFFFD)}" for plane in range(1, 17))
    + "]"
)
"""One of them."""
