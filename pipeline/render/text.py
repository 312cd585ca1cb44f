"""An alert as text for a person."""

from collections.abc import Iterator

from rich.cells import cell_len

from pipeline.render.feed_health import health_alert_text
from pipeline.render.terminal import Page, clean, columns, fit, plural
from transforms.model import Alert, AlertMember, AlertState, Evidence, Relation

MOST_MEMBERS = 12
MOST_MATCHES = 6
_OUTLET = 24
_EVIDENCE = 44


def alert_text(alert: Alert, number: int, page: Page) -> str:
    """One revision, several lines without the last line's end.

    Args:
        alert: the revision.
        number: counts the alerts printed, from 1.
        page: where it is printed.
    """
    if alert.feed is not None:
        return health_alert_text(alert, alert.feed, number, page)
    return "\n".join(_alert(alert, number, page))


def _alert(alert: Alert, number: int, page: Page) -> Iterator[str]:
    topic = clean(alert.topic_name or alert.topic)
    head = f"ALERT {number}  {topic}"
    state = alert.state.value if alert.revision == 1 else f"{alert.state.value} ({alert.revision})"
    yield from page.ends(head, f"{state}, {page.moment(alert.raised)}", page.bold(head))
    yield from (page.bold(line) for line in page.wrap(clean(alert.title) or "(no title)", "  ", "  "))
    if alert.state is AlertState.MERGED:
        yield from _labelled("Carries on as alert", alert.merged_into, page)
    yield from page.wrap(" ".join(_summary(alert)), "  ", "  ")
    yield from _labelled("Changed:", "; ".join(map(clean, alert.changes)), page)
    yield from member_lines(alert.members, alert.raised, page)
    if len(alert.members) > MOST_MEMBERS:
        yield f"    ... and {plural(len(alert.members) - MOST_MEMBERS, 'more', 'more')}: wirewatch alerts show {alert.id}"
    if len(alert.members) > 1:
        yield from _labelled("One story because:", "; ".join(map(clean, alert.reasons)), page)
    yield from _labelled("Follow-up:", clean(alert.follow_up), page)
    *lines, last = _labelled("Matched:", matches(alert.matched) or "the topic", page)
    yield from lines
    yield from page.ends(last, f"wirewatch stories show {alert.story}")


def _labelled(label: str, text: str, page: Page) -> Iterator[str]:
    if text:
        yield from page.wrap(f"{label} {text}", "  ", "    ")


def _summary(alert: Alert) -> Iterator[str]:
    """Sentences such as "First reported by Axios (in no feed of yours). Retold by 2 outlets. 1 independent origin"."""
    retold = plural(alert.outlets, "outlet")
    if alert.origin is None:
        yield f"Who reported first is not known. {retold}{_kinds(alert)}."
    elif alert.origin.in_feeds:
        yield f"First reported by {clean(alert.origin.name)}. {retold}{_kinds(alert)}."
    else:
        yield f"First reported by {clean(alert.origin.name)} (in no feed of yours). Retold by {retold}{_kinds(alert)}."
    if alert.independent_origins:
        yield plural(len(alert.independent_origins), "independent origin") + "."


def _kinds(alert: Alert) -> str:
    """What the outlets carry, ": 1 original, 3 copies cut to 100, 61, 38 %"; said where there are copies."""
    copies = [m for m in alert.members if m.relation in {Relation.COPY, Relation.NEAR_COPY}]
    if not copies:
        return ""
    others = len(alert.members) - len(copies)
    shares = [f"{round(100 * copy.share)}" for copy in copies if copy.share is not None]
    cut = f" cut to {', '.join(shares)} %" if len(shares) == len(copies) <= MOST_MATCHES else ""
    kept = f"{others} original, " if others == 1 else f"{others} reports, " if others else ""
    return f": {kept}{plural(len(copies), 'copy', 'copies')}{cut}"


def member_lines(members: tuple[AlertMember, ...], beside: float, page: Page) -> Iterator[str]:
    """A line a member: time, outlet, relation, evidence, URL; URLs on lines of their own where they do not fit.

    Args:
        members: of one story.
        beside: times on this moment's day are told without a date.
        page: where it is printed.
    """
    shown = members[:MOST_MEMBERS]
    rows = [
        (page.time_beside(m.published, beside), clean(m.outlet) or "?", m.relation.value, evidence(m), clean(m.url))
        for m in shown
    ]
    times = columns((row[0] for row in rows), 12)
    outlets = columns((row[1] for row in rows), _OUTLET)
    relations = columns((row[2] for row in rows), 10)
    lead = 4 + times + 2 + outlets + 2 + relations + 2
    proofs = columns((row[3] for row in rows), max(0, min(_EVIDENCE, page.width - lead)))
    beside_it = all(lead + proofs + 2 + cell_len(row[4]) <= page.width for row in rows)
    for time, outlet, relation, proof, url in rows:
        line = f"    {fit(time, times)}  {fit(outlet, outlets)}  {fit(relation, relations)}"
        if beside_it:
            yield f"{line}  {fit(proof, proofs)}  {page.dim(url)}" if proofs else f"{line}  {page.dim(url)}"
        else:
            yield f"{line}  {fit(proof, proofs)}".rstrip() if proofs else line.rstrip()
            yield " " * (4 + times + 2) + page.dim(url)


def evidence(member: AlertMember) -> str:
    """Why a member belongs to its story, briefly."""
    proof = clean(member.reason)
    if member.credit:
        words = clean(member.credit)
        proof = words if '"' in words else f'"{words}"'
    elif member.share is not None and member.relation is not Relation.FIRST:
        proof = f"{round(100 * member.share)} % of the original"
    if member.unread:
        note = f"text not readable: {clean(member.unread)}"
        proof = f"{proof}; {note}" if proof else note
    return proof


def matches(found: tuple[Evidence, ...]) -> str:
    """What of a story answers a topic: '"North Korea" (title, 11 times), "Kim Jong*" (text)'."""
    told = [_match(piece) for piece in found[:MOST_MATCHES]]
    if len(found) > MOST_MATCHES:
        told.append(f"and {len(found) - MOST_MATCHES} more")
    return ", ".join(told)


def _match(piece: Evidence) -> str:
    what = clean(piece.what)
    quoted = what if '"' in what else f'"{what}"'
    return f"{quoted} ({clean(piece.field)}{f', {piece.count:,} times' if piece.count > 1 else ''})"
