"""The image that the Dockerfile describes can be built out of the repository and serves."""

import subprocess
import sys

import pytest

from tests.support.commands import ROOT


@pytest.mark.services
def test_the_steps_of_the_dockerfile_make_a_web_server_and_a_worker_that_are_well():
    done = subprocess.run(
        [sys.executable, "-m", "tools.run_dockerfile_steps"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert "web: healthy\nworker: healthy\n" in done.stdout
