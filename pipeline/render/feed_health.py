"""How feeds are doing, as text for a person: an alert about one, a list of many, the week of one."""

from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.render.terminal import Page, clean, plural, span
from transforms.alerts.cloudevents import HealthState, health_state
from transforms.feeds.rarity import DAY, WEEK
from transforms.model import Alert, FeedCondition, FeedHealth, Seconds

WORDS = {FeedCondition.LOSING: "losing", FeedCondition.NORMAL: "well"}
UNDER = " " * 12
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def health_alert_text(alert: Alert, health: FeedHealth, number: int, page: Page) -> str:
    """One revision about a feed's health, several lines without the last line's end."""
    return "\n".join(_alert(alert, health, number, page))


def _alert(alert: Alert, health: FeedHealth, number: int, page: Page) -> Iterator[str]:
    head = f"ALERT {number}  {clean(alert.topic_name)}"
    state = health_state(alert, health)
    shown = state.value if state is HealthState.NEW else f"{state.value} ({alert.revision})"
    yield from page.ends(head, f"{shown}, {page.moment(alert.raised)}", page.bold(head))
    yield from (page.bold(line) for line in page.wrap(clean(alert.title), "  ", "  "))
    yield from page.wrap(clean(health.what), "  ", "  ")
    if alert.changes:
        yield from page.wrap(f"Changed: {clean('; '.join(alert.changes))}", "  ", "    ")
    if health.advice:
        yield from page.wrap(f"To do: {clean(health.advice)}", "  ", "    ")
    *lines, last = page.wrap(f"{clean(health.url)}  {figures(health, page)}", "  ", "    ")
    yield from lines
    yield from page.ends(last, "wirewatch feeds health")


def health_lines(found: Sequence[FeedHealth], page: Page, now: Seconds) -> Iterator[str]:
    """A line on all of them, then each, in the order given."""
    yield from page.wrap(_summary(found), "", "  ")
    for health in found:
        name = clean(health.name)
        yield f"{_word(health):<10}  {name + '  ' if name else ''}{clean(health.url)}"
        yield from page.wrap(clean(health.what), UNDER, UNDER)
        if health.advice:
            yield from page.wrap(f"To do: {clean(health.advice)}", UNDER, UNDER + "  ")
        yield from page.wrap(figures(health, page, now), UNDER, UNDER)


def condition(value: FeedCondition) -> str:
    """For a person."""
    return WORDS.get(value, value.value)


def _word(health: FeedHealth) -> str:
    """The condition, and of feeds without trouble those that are not well all the same."""
    if health.condition is not FeedCondition.NORMAL:
        return condition(health.condition)
    return "retrying" if health.failures else "well" if health.last_success is not None else "new"


def figures(health: FeedHealth, page: Page, now: Seconds | None = None) -> str:
    """Last success, last new entry, what is usual of a week; now: also how long ago they were."""
    if health.last_success is None:
        return "never read"
    parts = [f"read {_when(health.last_success, page, now)}"]
    if health.last_new is not None:
        parts.append(f"last new entry {_when(health.last_new, page, now)}")
    if health.usual is not None:
        parts.append(f"{_rounded(health.usual)} new entries a week usual, {health.recent or 0:,} in the last")
    elif health.recent is not None:
        parts.append(f"{plural(health.recent, 'new entry', 'new entries')} in the last week")
    return ", ".join(parts)


def week_lines(week: Sequence[float], page: Page, now: Seconds) -> Iterator[str]:
    """A feed's usual new entries by weekday and hour, on the person's clock.

    Args:
        week: by hour of the week, from Monday 00:00 UTC.
        page: its time zone is that of the table.
        now: for the zone's offset, which is taken in whole hours.
    """
    local = page.local(now)
    offset = round((local.utcoffset() or local - local).total_seconds() / 3600)
    hours = [week[(slot - offset) % WEEK] for slot in range(WEEK)]
    yield f"{UNDER}usual new entries by hour ({local:%Z}):"
    yield f"{UNDER}     {''.join(f'{hour:>3}' for hour in range(DAY))}   day"
    for day, name in enumerate(_DAYS):
        here = hours[day * DAY : (day + 1) * DAY]
        cells = "".join(f"{_rounded(value) if value >= 0.05 else '.':>3}" for value in here)
        yield f"{UNDER}{name}  {cells}{_rounded(sum(here)):>6}"


def _summary(found: Sequence[FeedHealth]) -> str:
    counts = Counter(map(_word, found))
    rest = ", ".join(f"{counts.pop(word):,} {word}" for word in ("well", "retrying", "new") if counts[word])
    if not sum(counts.values()):
        return f"No feed needs you: {rest}."
    needing = sum(counts.values())
    troubled = ", ".join(f"{count:,} {word}" for word, count in counts.items() if count)
    verb = "needs" if needing == 1 else "need"
    return f"{needing:,} of {plural(len(found), 'feed')} {verb} you: {troubled}. The others: {rest or 'none'}."


def _when(moment: Seconds, page: Page, now: Seconds | None) -> str:
    if now is None:
        return page.moment(moment)
    return f"{span(max(0.0, now - moment))} ago"


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if value >= 9.95 else f"{value:.1f}".lstrip("0").removesuffix(".0") or "0"
