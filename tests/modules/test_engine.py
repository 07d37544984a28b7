"""The names that the code is written to, where another package stands behind them."""

from __future__ import annotations

import email.mime.text
import sys
from collections.abc import Iterator
from importlib import import_module

import pytest

from modules.engine import Alias


@pytest.fixture(autouse=True)
def _letters() -> Iterator[None]:
    """The standard library's `email`, by the name of `letters`."""
    finder = Alias("letters", "email")
    sys.meta_path.insert(0, finder)
    yield
    sys.meta_path.remove(finder)
    for name in [name for name in sys.modules if name.partition(".")[0] == "letters"]:
        del sys.modules[name]


def test_a_module_is_the_same_object_by_either_name() -> None:
    assert import_module("letters") is email
    assert import_module("letters.mime.text").MIMEText is email.mime.text.MIMEText


def test_a_module_keeps_what_it_knows_of_itself() -> None:
    module = import_module("letters.mime.text")
    assert module.__spec__ is not None
    assert (module.__name__, module.__spec__.name) == ("email.mime.text", "email.mime.text")


def test_names_that_only_begin_alike_are_left_alone() -> None:
    with pytest.raises(ModuleNotFoundError):
        import_module("letters_and_parcels")
