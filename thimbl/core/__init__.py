"""What a plan is, who signed it and what a commune owes: bytes and records in, values out.

The innermost layer. It imports nothing else of this distribution, and no sockets, event loops, SQL or widgets; the
clock and randomness are arguments.
"""
