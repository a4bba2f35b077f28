"""Injected faults. Quick by default; `make faults` (FAULTS=long) repeats them hundreds of times."""

import os

LONG = os.environ.get("FAULTS") == "long"
