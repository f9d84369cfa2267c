"""What is wrong with a host, in plain words, and what to do: the checks behind `thimbl doctor`.

- A check is a function from a `Patient` to findings. It looks and changes nothing; `disk` alone writes, a file without
  a name that is gone when it is closed.
- Permissions are judged by the bits that stand in the files, not by trying: whoever runs this may be root, to whom
  every file is open.
- What only the network can tell is asked once, beforehand and all at once (`asking`), each question with a deadline.
  The checks read what came of it; without it they say what can be said without.
- No check ends the others: a fault in one is a line like any other (`rounds`).
"""

from thimbl.node.doctor.finding import Finding, Level
from thimbl.node.doctor.machine import Machine
from thimbl.node.doctor.patient import Patient
from thimbl.node.doctor.rounds import examine, found_fault

__all__ = ["Finding", "Level", "Machine", "Patient", "examine", "found_fault"]
