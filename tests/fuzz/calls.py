"""Every call of our two API clients, found by looking: a new one is covered without a line here."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any, TypeAlias

import aerostack_cloudflare
import aerostack_hosted.api
from aerostack.http import Client
from aerostack.model import Module, Secret
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.assets import StaticFile
from aerostack_cloudflare.dispatch import Tail
from aerostack_cloudflare.multipart import Part
from aerostack_hosted.api.device import DeviceCode

#: A call with everything that it needs but the client.
Call: TypeAlias = "Callable[[Any], Any]"

ACCOUNT = "a" * 32
_CODE = DeviceCode(
    device_code=Secret("d" * 20), user_code="AB-CD", uri="http://u", complete_uri="http://u", expires_in=9, interval=3
)

#: What is given for a parameter of that name, whatever the call; or of the call alone.
ARGUMENTS: Mapping[str, Any] = {
    "body": (b"", "text/plain"),
    "changes": {"NAME": Secret("value"), "OTHER": None},
    "code": _CODE,
    "files": (StaticFile(path="/a.txt", size=1, hash="f" * 32, read=lambda: b"x"),),
    "crons": ("0 3 * * *",),
    "find": lambda: None,
    "hashes": ("f" * 32,),
    "id_or_name": "00000000-0000-4000-8000-000000000000",
    "limit": 10,
    "metadata": {"main_module": "w.js", "annotations": {"workers/tag": "as1:0:0"}},
    "modules": (Module(name="w.js", content=b"", type="esm"),),
    "names": ("a.example.com", "example.com"),
    "namespace_id": "b" * 32,
    "patterns": ("example.com/*",),
    "pause": lambda seconds: None,
    "queue_id": "c" * 32,
    "scopes": ("read",),
    "send": lambda: None,
    "settings": {"batch_size": 5},
    "tail": Tail("tail", "wss://example.com"),
    "value": Secret("value"),
    "values": {"NAME": Secret("value")},
    "version_id": "00000000-0000-4000-8000-000000000000",
    "wanted": (),
    "zone": {"zone_name": "example.com"},
    "Kv.put.value": b"value",
    "upload.files": (Part("f" * 32, b"x", filename="a.txt"),),
}


#: For every other parameter.
_BY_TYPE: Mapping[str, Any] = {"str": "x", "int": 1, "bool": True, "bytes": b"x"}


def cloudflare_calls() -> dict[str, Call]:
    """The calls of the account client, by name."""
    with Client("https://api.example.com") as http:
        parts = {
            name: part
            for name, part in inspect.getmembers(Cloudflare(http, ACCOUNT))
            if type(part).__module__.startswith("aerostack_cloudflare.")
        }
    found: dict[str, Call] = {}
    for part, client in parts.items():
        for name, _ in inspect.getmembers(type(client), inspect.isfunction):
            if not name.startswith("_"):
                found[f"{part}.{name}"] = _method(part, name)
    for module in _modules(aerostack_cloudflare):
        for name, function in _functions(module, "Client"):
            found[f"{module.__name__.rpartition('.')[2]}.{name}"] = _with_arguments(function)
    return found


def hosted_calls() -> dict[str, Call]:
    """The calls of the Aerostack client, by name."""
    return {
        f"{module.__name__.rpartition('.')[2]}.{name}": _with_arguments(function)
        for module in _modules(aerostack_hosted.api)
        for name, function in _functions(module, "Api")
    }


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if not found.ispkg:
            yield importlib.import_module(found.name)


def _functions(module: ModuleType, first: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The public functions whose first parameter has that type, but for those of another module."""
    for name, function in inspect.getmembers(module, inspect.isfunction):
        parameters = list(inspect.signature(function).parameters.values())
        own = function.__module__ == module.__name__ and not name.startswith("_")
        if own and parameters and parameters[0].annotation == first:
            yield name, function


def _method(part: str, name: str) -> Call:
    return lambda http: _called(getattr(getattr(Cloudflare(http, ACCOUNT), part), name))


def _with_arguments(function: Callable[..., Any]) -> Call:
    return lambda client: _called(function, client)


def _argument(function: Callable[..., Any], name: str) -> Any:
    own = f"{function.__qualname__}.{name}"
    if own in ARGUMENTS or name in ARGUMENTS:
        return ARGUMENTS.get(own, ARGUMENTS.get(name))
    annotation = str(inspect.signature(function).parameters[name].annotation)
    if annotation.endswith("| None"):
        return None
    if annotation in _BY_TYPE:
        return _BY_TYPE[annotation]
    raise LookupError(f"a call is new here: add to ARGUMENTS what {function.__qualname__} is given as `{name}`")


def _called(function: Callable[..., Any], *first: Any) -> Any:
    parameters = list(inspect.signature(function).parameters.values())[len(first) :]
    needed = [parameter.name for parameter in parameters if parameter.default is inspect.Parameter.empty]
    given = {name: _argument(function, name) for name in needed}
    positional = [
        given.pop(parameter.name)
        for parameter in parameters
        if parameter.name in given and parameter.kind is not inspect.Parameter.KEYWORD_ONLY
    ]
    result = function(*first, *positional, **given)
    return list(result) if isinstance(result, Iterator) else result
