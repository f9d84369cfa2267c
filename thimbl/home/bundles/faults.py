"""What can be wrong with a bundle. The message is what the person reads, and says what to do next."""

from thimbl.home.errors import HomeError


class BundleRefused(HomeError):
    """That is no bundle that can be taken in. Nothing was taken from it."""


class BundleLocked(BundleRefused):
    """The bundle is encrypted, and what was given does not open it."""
