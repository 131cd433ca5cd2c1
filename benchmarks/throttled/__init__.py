"""What a first sync costs where Microsoft refuses parts of it: `python -m benchmarks.throttled`."""
