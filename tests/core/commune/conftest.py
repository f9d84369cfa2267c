"""A commune to begin with."""

import pytest

from tests.core.commune.farm import ANA, BO, FARM
from tests.support.venture import Venture


@pytest.fixture
def venture() -> Venture:
    """A commune with a co-op and two members."""
    made = Venture()
    made.charter()
    made.join(FARM, "coop")
    made.join(ANA)
    made.join(BO)
    return made
