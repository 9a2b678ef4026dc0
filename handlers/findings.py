"""What the doctor says: one line for everything that was looked at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What was looked at, and when something is wrong how to mend it."""

    what: str
    mend: str = ""

    @property
    def ok(self) -> bool:
        """Whether there is nothing to mend."""
        return not self.mend

    @property
    def line(self) -> str:
        """As it is printed."""
        return f"ok    {self.what}" if self.ok else f"WRONG {self.what}: {self.mend}"
