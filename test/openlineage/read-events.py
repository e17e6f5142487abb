"""Reads events of OpenLineage, one a line, by the classes that its own package has made of its schemas: every member must be
one that the class declares, of the type that it declares, and every facet must say the schema that the class is of."""

import importlib
import json
import pkgutil
import sys
import types
import typing
from enum import Enum

import attr
from openlineage.client import generated
from openlineage.client.generated import base

MODULES = [importlib.import_module(f"{generated.__name__}.{m.name}") for m in pkgutil.iter_modules(generated.__path__)]
CLASSES = {}
for module in MODULES:
    for value in vars(module).values():
        if isinstance(value, type) and attr.has(value) and hasattr(value, "_get_schema"):
            CLASSES[value._get_schema()] = value


def hints(cls):
    scope = {}
    for one in reversed(cls.__mro__):
        scope.update(vars(sys.modules[one.__module__]))
    return typing.get_type_hints(cls, scope)


def read(value, kind, where):
    origin = typing.get_origin(kind)
    if kind is typing.Any:
        return value
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in typing.get_args(kind):
            return None
        kind = next(one for one in typing.get_args(kind) if one is not type(None))
        return read(value, kind, where)
    if origin is list:
        check(isinstance(value, list), where, "is no list")
        return [read(one, typing.get_args(kind)[0], f"{where}[{at}]") for at, one in enumerate(value)]
    if origin is dict:
        check(isinstance(value, dict), where, "is no object")
        return {key: read(one, typing.get_args(kind)[1], f"{where}.{key}") for key, one in value.items()}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if isinstance(kind, type) and attr.has(kind):
        return made(value, kind, where)
    check(type(value) is kind, where, f"is no {kind.__name__}: {value!r}")
    return value


def made(value, cls, where):
    check(isinstance(value, dict), where, "is no object")
    if issubclass(cls, base.BaseFacet):
        schema = value.get("_schemaURL")
        check(schema in CLASSES, where, f"has an unknown schema: {schema}")
        check(issubclass(CLASSES[schema], cls), where, f"is no {cls.__name__}")
        cls = CLASSES[schema]
    types_of = hints(cls)
    fields = {one.name: one for one in attr.fields(cls)}
    for member in value:
        check(member in fields, where, f"has a member that {cls.__name__} has not: {member}")
    given = {}
    for name, one in fields.items():
        if name not in value:
            check(one.default is not attr.NOTHING, where, f"lacks {name}")
        elif one.init:
            given[one.alias] = read(value[name], types_of[name], f"{where}.{name}")
    return cls(**given)


def check(holds, where, what):
    if not holds:
        raise SystemExit(f"{where} {what}")


count = 0
for line in sys.stdin:
    if line.strip():
        event = json.loads(line)
        run = made(event, base.RunEvent, "event")
        check(event["schemaURL"] == run.schemaURL, "event", f"says the schema {event['schemaURL']}")
        count += 1
print(count)
