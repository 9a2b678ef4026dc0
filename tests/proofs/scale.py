"""How much of a proof is run: a hundredth of its full size by default, all of it with PROOF_SCALE=100."""

import os

SCALE = float(os.environ.get("PROOF_SCALE", "1"))


def size(full: int) -> int:
    """How many of ``full`` are tried this time."""
    return max(1, round(full * SCALE / 100))
