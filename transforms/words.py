"""Numbers and durations in words."""


def plural(count: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 story", "2 stories"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def span(seconds: float) -> str:
    """A duration for a person: "21 s", "58 min", "3 h", "2 d"."""
    for limit, unit, name in ((100, 1, "s"), (6000, 60, "min"), (48 * 3600, 3600, "h")):
        if seconds < limit:
            return f"{round(seconds / unit)} {name}"
    return f"{round(seconds / 86400)} d"
