# One image for web, worker, beat and migrate (compose.yaml says which runs what).
#
#   build    compiler, headers ── /opt/venv (hashes checked) ── static files
#                                     │                             │
#   final    client library alone ────┴─────────────────────────────┴── runs as 10001, writes to /tmp only
FROM python:3.11-slim-bookworm AS build

# hadolint ignore=DL3008 # Debian's stable release fixes the versions
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev libmariadb-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY requirements.txt requirements-services.txt ./
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt -r requirements-services.txt

COPY . .
# Settings ask for keys, and collectstatic uses none of them.
RUN DEBUG=0 SECRET_KEY=unused FIELD_ENCRYPTION_KEYS=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= VAR_DIR=/tmp/build \
    /opt/venv/bin/python manage.py collectstatic --noinput \
    && /opt/venv/bin/python -m compileall -q . \
    && chmod -R a+rX .

FROM python:3.11-slim-bookworm

# hadolint ignore=DL3008 # Debian's stable release fixes the versions
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libmariadb3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin jiminny

COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DEBUG=0 \
    VAR_DIR=/tmp/jiminny-sync \
    WEB_BIND=0.0.0.0:8000

WORKDIR /app
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=20s --start-period=30s CMD ["python", "deploy/healthcheck.py", "web"]
CMD ["gunicorn", "--config", "deploy/gunicorn_settings.py", "jiminny_sync.wsgi:application"]
