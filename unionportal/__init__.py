"""The wiring of the portal: settings, addresses, doors that compose several apps."""

from unionportal.celery import app as celery_app

__all__ = ["celery_app"]
