"""Writing a dead letter inside somebody else's transaction."""

import sqlalchemy as sa

from pipeline.store.columns import digest
from pipeline.store.leases import insert
from pipeline.store.schema import dead_letters
from transforms.model import DeadLetter

OPEN = "open"
REDRIVEN = "redriven"


def write(connection: sa.Connection, letter: DeadLetter) -> None:
    """Keep a dead letter; one of the same step, subject and reason takes its place and counts the tries on.

    A delivery has one open letter at most: the outbox writes it with the answer, the step may tell its reason later.
    """
    values = {
        "state": OPEN,
        "step": letter.step,
        "reason": letter.reason,
        "message": letter.message,
        "subject": letter.subject,
        "input": letter.input,
        "row": letter.row,
        "delivery": letter.delivery,
        "last_seen": letter.last_seen,
    }
    key = digest(letter.step, letter.subject, letter.reason)
    if letter.delivery:
        former = sa.and_(
            dead_letters.c.delivery == letter.delivery, dead_letters.c.state == OPEN, dead_letters.c.key != key
        )
        connection.execute(dead_letters.delete().where(former))
    statement = insert(connection, dead_letters).values(
        **values,
        key=key,
        first_seen=letter.first_seen,
        tries=letter.tries,
    )
    again = {**values, "tries": dead_letters.c.tries + letter.tries}
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=again))
