"""A list of more people than a plan could name."""

import os

from thimbl.core.address import Address
from thimbl.home import following
from thimbl.home.account import Account
from thimbl.home.following import Followed


def test_ten_thousand_can_be_followed(tmp_path):
    paths = Account.find({"THIMBL_HOME": str(tmp_path)}, lambda: 0, os.urandom).paths
    many = [Followed(f"u{number}", Address(f"u{number}", f"h{number % 500}.example")) for number in range(10_500)]
    following.save(paths, many)
    one = Followed("ana", Address.parse("ana@fields.example"), private=True)
    assert following.add(paths, one) == following.load(paths) == (*many, one)
