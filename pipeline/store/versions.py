"""The schema's version: looked at whenever a store is opened, moved on by migrate."""

from pathlib import Path

import sqlalchemy as sa

from pipeline.store.engine import Database
from pipeline.store.errors import StoreMissingError, StoreVersionError
from pipeline.store.schema import VERSION

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x77697265  # "wire": PostgreSQL's lock of those who create or migrate a store


def stored_version(connection: sa.Connection) -> str | None:
    """The version of the schema in the database; None: the database is empty.

    Raises:
        StoreVersionError: there are tables, but not Wirewatch's.
    """
    inspector = sa.inspect(connection)
    tables = set(inspector.get_table_names())
    if "alembic_version" in tables:
        version = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
        if version is not None:
            return str(version)
    if tables - {"alembic_version"}:
        raise StoreVersionError(
            f"the database holds other tables ({', '.join(sorted(tables)[:3])}, ...) and no store of Wirewatch; "
            "name an empty one"
        )
    return None


def check(database: Database, *, create: bool) -> None:
    """See that the store's schema is this program's; an empty database gets it where create says so.

    Raises:
        StoreVersionError: older or newer; the message says what to do.
        StoreMissingError: empty, and not to be created.
    """
    version = database.read(stored_version)
    if version == VERSION:
        return
    if version is None:
        if not create:
            raise StoreMissingError(
                f"there is no store in {database.shown!r} yet; `wirewatch run` or `wirewatch migrate` makes one"
            )
        migrate(database)
        return
    _refuse_newer(database, version)
    raise StoreVersionError(
        f"store {database.shown!r} has schema {version}, this Wirewatch needs {VERSION}; "
        "run `wirewatch migrate` (make a copy first)"
    )


def _refuse_newer(database: Database, version: str) -> None:
    if not version.isdigit() or int(version) > int(VERSION):
        raise StoreVersionError(
            f"store {database.shown!r} has schema {version}, newer than this Wirewatch's {VERSION}; "
            "install the Wirewatch that wrote it, or a later one"
        )


def migrate(database: Database) -> tuple[str | None, str]:
    """Bring the store's schema to this program's version, in one transaction.

    Returns:
        The version before (None: the database was empty) and the version now.

    Raises:
        StoreVersionError: the store is newer than this program.
    """

    def work(connection: sa.Connection) -> tuple[str | None, str]:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        version = stored_version(connection)
        if version == VERSION:
            return version, VERSION
        if version is not None:
            _refuse_newer(database, version)
        _upgrade(connection)
        return version, VERSION

    return database.write(work)


def _upgrade(connection: sa.Connection) -> None:
    # Imported here: a third of a second that only a new or an old store costs.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
