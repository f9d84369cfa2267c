"""`python -m thimbl`: the same as the script `thimbl`."""

import sys

from thimbl.cli.main import run

sys.exit(run())
