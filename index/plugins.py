"""The only dynamic import: a setting's value is a file's name."""

import importlib
import pkgutil
from types import ModuleType


class UnknownPart(Exception):
    """A setting that names a part there is none of. Its text lists those there are."""


def load(package: str, name: str) -> ModuleType:
    """The module `package.name`; UnknownPart where there is none, with the names that exist."""
    parent = importlib.import_module(package)
    names = sorted(module.name for module in pkgutil.iter_modules(parent.__path__))
    if name not in names:
        raise UnknownPart(f"no {name!r} in {package}; there is {', '.join(names)}")
    return importlib.import_module(f"{package}.{name}")
