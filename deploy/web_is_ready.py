"""Health check of the web container: exits with an error unless the server is ready."""

import os
import urllib.request

# The server answers to its own names only.
host = os.environ["ALLOWED_HOSTS"].split(",")[0]
urllib.request.urlopen(
    urllib.request.Request(
        "http://127.0.0.1:8000/health/ready/", headers={"Host": host}
    ),
    timeout=8,
)
