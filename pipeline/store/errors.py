"""What can be wrong with a store, as one tree of exceptions; each message says what, where and what to do."""


class StoreError(Exception):
    """Base of all errors that the store raises on purpose."""


class StoreMissingError(StoreError):
    """There is no store at the address, and the caller did not ask to create one."""


class StoreAddressError(StoreError):
    """The store's URL, or the password that belongs to it, cannot be used."""


class StoreVersionError(StoreError):
    """The store's schema is older or newer than this program, or the database belongs to something else."""


class StoreUnavailableError(StoreError):
    """The database did not answer for as long as the caller was willing to wait."""


class StoreOwnedError(StoreError):
    """Somebody else owns what was asked for; the message names the holder."""


class NotRedrivableError(StoreError):
    """A dead letter that cannot be sent on its way again."""
