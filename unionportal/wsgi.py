"""The entry of the HTTP server."""

import os

from django.core.wsgi import get_wsgi_application

from unionportal.checks import refuse_unsafe_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "unionportal.settings")

application = get_wsgi_application()
refuse_unsafe_settings()
