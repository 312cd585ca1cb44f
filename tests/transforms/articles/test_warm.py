"""What the fork server imports, so that workers start warm."""

import gc
import importlib

from transforms.workers import PRELOADED


def test_what_is_preloaded_can_be_imported() -> None:
    usual = gc.get_threshold()
    try:
        for name in PRELOADED:
            importlib.import_module(name)
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
        gc.set_threshold(*usual)
