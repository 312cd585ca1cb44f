"""Where the data folders that travel with the code are: `fixtures` and `seeds`."""

from pathlib import Path

_HERE = Path(__file__).resolve().parent
NAMES = ("fixtures", "seeds")


def bundled(name: str) -> Path:
    """Folder of bundled data: inside the installed package, or beside it in a checkout.

    Args:
        name: "fixtures" or "seeds".

    Raises:
        ValueError: there is no bundled folder of that name.
        FileNotFoundError: the installation is without it.
    """
    if name not in NAMES:
        raise ValueError(f"no bundled folder is called {name!r}; there are {', '.join(NAMES)}")
    places = (_HERE / name, _HERE.parent / name)
    for place in places:
        if place.is_dir():
            return place
    looked = " and ".join(str(place) for place in places)
    raise FileNotFoundError(f"bundled folder {name!r} is in neither {looked}; install wirewatch again")
