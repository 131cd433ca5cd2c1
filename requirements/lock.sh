#!/bin/sh
# Pins every requirement with its hashes: requirements/NAME.in becomes requirements-NAME.txt (base.in: requirements.txt).
set -eu
cd "$(dirname "$0")/.."
lock() {
    .venv/bin/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-emit-find-links \
        --python-version 3.11 --universal --custom-compile-command 'make lock' "requirements/$1.in" -o "$2"
}
lock base requirements.txt
lock sandbox requirements-sandbox.txt
lock services requirements-services.txt
lock dev requirements-dev.txt
