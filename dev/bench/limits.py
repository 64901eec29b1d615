"""What a measurement may cost."""

from dataclasses import dataclass


@dataclass
class Limit:
    """``ratio``: so many times what it is compared with; ``queries``: so many more; ``seconds``: in all;
    ``added``: so many seconds more than what it is compared with; ``memory``: so many megabytes at the peak.
    """

    ratio: float | None = None
    queries: int | None = None
    seconds: float | None = None
    added: float | None = None
    memory: float | None = None

    def describe(self):
        """Returns the limit in words."""
        more = "1 query" if self.queries == 1 else f"{self.queries or 'no'} queries"
        parts = {
            f"{self.ratio} ×": self.ratio,
            f"{more} more": self.queries,
            f"{self.seconds} s": self.seconds,
            f"{self.added} s more": self.added,
            f"{self.memory} MB": self.memory,
        }
        return ", ".join(text for text, value in parts.items() if value is not None)

    def get_missed(self, base, result):
        """Returns what is over the limit, in words: nothing where all is well."""
        against = base or {"seconds": 0, "queries": 0}
        more = result["seconds"] - against["seconds"]
        missed = []
        if self.ratio and base and result["seconds"] > self.ratio * base["seconds"]:
            missed.append("time")
        if self.queries is not None and result["queries"] - against["queries"] > self.queries:
            missed.append("queries")
        if (self.seconds and result["seconds"] > self.seconds) or (self.added and more > self.added):
            missed.append("time")
        if self.memory and result["memory"] > self.memory:
            missed.append("memory")
        return " and ".join(dict.fromkeys(missed))
