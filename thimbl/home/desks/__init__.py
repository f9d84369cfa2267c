"""What the terminal UI writes with, in parts (`thimbl.home.desk` puts them together).

- Every method may wait for the disk, and is called from one thread alone.
- Each part knows the account and nothing of the other parts.
"""
