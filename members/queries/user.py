"""Reads of users."""

from members.models import User


def has_staff() -> bool:
    """Whether anybody of the staff can sign in, or ever could."""
    return User.objects.filter(is_staff=True).exists()
