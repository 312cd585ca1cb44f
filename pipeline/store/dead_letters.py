"""The end of the dead-letter road: kept, listed, sent on their way again, dropped."""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from pipeline.store import letters
from pipeline.store.columns import pack, unpack
from pipeline.store.engine import Database
from pipeline.store.errors import NotRedrivableError
from pipeline.store.inbox import end_rows
from pipeline.store.leases import ENDED, PENDING, RELEASED
from pipeline.store.outbox import DEAD, DELIVERED
from pipeline.store.schema import dead_letters, deliveries, inbox
from transforms.feeds.ports import host_hash
from transforms.model import DeadLetter, InboxRow, OutcomeKind, Record, Seconds


class KeptLetter(Record, frozen=True):
    """A dead letter with the number that commands name it by."""

    number: int
    letter: DeadLetter
    redriven: bool = False
    """It has been sent on its way again; should it fail again, it is open again."""


class DeadLetters:
    """Dead letters in the store."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def record(self, dead: Sequence[DeadLetter]) -> None:
        """Keep dead letters and end the rows and deliveries that they stand for, in one transaction.

        A repeat of the same (step, subject, reason) raises tries and last_seen of the one that is there.
        """

        def work(connection: sa.Connection) -> None:
            for letter in sorted(dead, key=lambda letter: (letter.row, letter.delivery, letter.subject)):
                if letter.row and _ended_otherwise(connection, letter.row):
                    continue
                letters.write(connection, letter)
                if letter.row:
                    end_rows(connection, [letter.row], OutcomeKind.DEAD.value, letter.reason)
                if letter.delivery:
                    waiting = sa.and_(deliveries.c.delivery == letter.delivery, deliveries.c.state != DELIVERED)
                    ending = {**RELEASED, "state": DEAD, "message": letter.message, "ended_at": letter.last_seen}
                    connection.execute(deliveries.update().where(waiting).values(**ending))

        if dead:
            self._db.write(work)

    def listed(self, *, step: str = "", reason: str = "", limit: int | None = None) -> list[KeptLetter]:
        """Open dead letters, the latest first; step and reason narrow the list."""
        query = sa.select(dead_letters).where(dead_letters.c.state == letters.OPEN)
        if step:
            query = query.where(dead_letters.c.step == step)
        if reason:
            query = query.where(dead_letters.c.reason == reason)
        query = query.order_by(dead_letters.c.last_seen.desc(), dead_letters.c.number.desc()).limit(limit)
        return [_kept(row) for row in self._db.read(lambda connection: connection.execute(query).all())]

    def get(self, number: int) -> KeptLetter | None:
        """One dead letter by its number, open or redriven."""
        query = sa.select(dead_letters).where(dead_letters.c.number == number)
        row = self._db.read(lambda connection: connection.execute(query).first())
        return None if row is None else _kept(row)

    def redrive(self, number: int, now: Seconds) -> None:
        """Send a dead letter's input on its way again: its row is pending, its delivery due, now and with no tries.

        Raises:
            NotRedrivableError: the store has no such letter, or its input is none that can be sent again.
        """

        def work(connection: sa.Connection) -> None:
            letter = _kept(_locked(connection, number)).letter
            if letter.delivery:
                _redrive_delivery(connection, number, letter, now)
            elif letter.row:
                _redrive_row(connection, number, letter, now)
            else:
                raise NotRedrivableError(
                    f"dead letter {number} ({letter.subject!r}) came from a replay or a feed, not from the inbox; "
                    "mend its input and run that again, or drop it"
                )
            this = dead_letters.c.number == number
            connection.execute(dead_letters.update().where(this).values(state=letters.REDRIVEN))

        self._db.write(work)

    def drop(self, number: int) -> None:
        """Forget a dead letter. Raises NotRedrivableError where there is none of that number."""

        def work(connection: sa.Connection) -> None:
            _locked(connection, number)
            connection.execute(dead_letters.delete().where(dead_letters.c.number == number))

        self._db.write(work)


def _ended_otherwise(connection: sa.Connection, row: int) -> bool:
    """Has a rival (a zombie's shadow) brought the row to another end? Then its failure here is no news."""
    query = sa.select(inbox.c.outcome).where(inbox.c.row == row, inbox.c.state == ENDED)
    outcome = connection.execute(query).scalar()
    return outcome is not None and outcome != OutcomeKind.DEAD.value


def _locked(connection: sa.Connection, number: int) -> sa.Row[Any]:
    row = connection.execute(sa.select(dead_letters).where(dead_letters.c.number == number).with_for_update()).first()
    if row is None:
        raise NotRedrivableError(f"there is no dead letter {number}; see `wirewatch dead-letters list`")
    return row


def _kept(row: sa.Row[Any]) -> KeptLetter:
    letter = DeadLetter(
        step=row.step,
        reason=row.reason,
        message=row.message,
        subject=row.subject,
        input=row.input,
        row=row.row,
        delivery=row.delivery,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        tries=row.tries,
    )
    return KeptLetter(number=row.number, letter=letter, redriven=row.state == letters.REDRIVEN)


def _redrive_row(connection: sa.Connection, number: int, letter: DeadLetter, now: Seconds) -> None:
    stored = connection.execute(sa.select(inbox.c.state).where(inbox.c.row == letter.row).with_for_update()).scalar()
    fresh = {**RELEASED, "due": now, "takes": 0, "tries": 0, "outcome": None, "reason": None, "ended_at": None}
    if stored is not None:
        ended = sa.and_(inbox.c.row == letter.row, inbox.c.state == ENDED)
        connection.execute(inbox.update().where(ended).values(**fresh))
        return
    try:
        row = unpack(InboxRow, letter.input)
    except msgspec.MsgspecError as error:
        raise NotRedrivableError(
            f"dead letter {number} ({letter.subject!r}): its row has been pruned and its input cannot be read "
            f"({error}); drop it"
        ) from error
    values = {
        "host_hash": host_hash(row.entry.link),
        "link": row.entry.link,
        "entry": pack(row.entry),
        "accepted": row.accepted,
        "backfilled": row.backfilled,
        "article_id": row.article or None,
    }
    connection.execute(inbox.insert().values(**values, **fresh))


def _redrive_delivery(connection: sa.Connection, number: int, letter: DeadLetter, now: Seconds) -> None:
    row = connection.execute(
        sa.select(deliveries).where(deliveries.c.delivery == letter.delivery).with_for_update()
    ).first()
    if row is None:
        raise NotRedrivableError(f"dead letter {number} ({letter.subject!r}): its alert has been pruned; drop it")
    newer = sa.exists().where(
        deliveries.c.alert_id == row.alert_id,
        deliveries.c.sink == row.sink,
        deliveries.c.revision > row.revision,
        deliveries.c.state == DELIVERED,
    )
    if connection.execute(sa.select(newer)).scalar():
        raise NotRedrivableError(
            f"dead letter {number} ({letter.subject!r}): the sink has a later revision of this alert already; drop it"
        )
    if row.state == DEAD:
        fresh = {**RELEASED, "state": PENDING, "due": now, "tries": 0, "ended_at": None}
        connection.execute(deliveries.update().where(deliveries.c.delivery == row.delivery).values(**fresh))
