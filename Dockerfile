FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --require-hashes --requirement requirements.txt

FROM python:3.11-slim-bookworm
# Printed documents need a Chinese font.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 portal \
    && install --directory --owner portal /srv/files /srv/metrics /srv/static
COPY --from=build /venv /venv
WORKDIR /srv/portal
COPY . .
# Static files are part of the image; VAR_DIR is a volume and would hide them.
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    VAR_DIR=/srv/files STATIC_ROOT=/srv/static PROMETHEUS_MULTIPROC_DIR=/srv/metrics \
    DJANGO_SETTINGS_MODULE=unionportal.settings
USER portal
# An address keeps the command from starting engines of its own; it is not asked.
RUN DATABASE_URL=postgresql:///none python manage.py collectstatic --noinput --verbosity 0
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--no-ws", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--blocking-threads", "4", "--backpressure", "64", \
     "--respawn-failed-workers", "--respawn-interval", "0.5", \
     "unionportal.wsgi:application"]
