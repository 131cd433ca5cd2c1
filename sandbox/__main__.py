"""`python -m sandbox`: starts the tenant and stays in the foreground."""

from sandbox.options import read_options
from sandbox.server import run

if __name__ == "__main__":
    run(read_options())
