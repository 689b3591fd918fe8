"""What the program has acknowledged, and what may or may not have happened when it was killed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Fact = Any
"""Anything that JSON can hold."""


@dataclass
class Promises:
    """Facts by name. One that was being changed when the kill came may have any of the values
    tried since the last acknowledgement; all others have the acknowledged one."""

    kept: dict[str, Fact] = field(default_factory=dict[str, Fact])
    tried: dict[str, list[Fact]] = field(default_factory=dict[str, list[Fact]])

    def hear(self, message: Mapping[str, Any]) -> None:
        """A line of the worker: {"try" or "done": name, "value": fact}."""
        if "try" in message:
            self.tried.setdefault(message["try"], []).append(message["value"])
        elif "done" in message:
            self.kept[message["done"]] = message["value"]
            self.tried.pop(message["done"], None)

    def names(self) -> list[str]:
        return sorted({*self.kept, *self.tried})

    def broken(self, found: Mapping[str, Fact]) -> Iterator[str]:
        """What is not as it was acknowledged; counts ("complete:…") may have grown."""
        for name, fact in self.kept.items():
            may_be = [fact, *self.tried.get(name, ())]
            value = found.get(name)
            if name.startswith("complete:"):
                if not isinstance(value, int) or value < fact:
                    yield f"{name}: {fact} were acknowledged, {value} are there"
            elif value not in may_be:
                yield f"{name}: {fact!r} was acknowledged, {value!r} is there"

    def settle(self, found: Mapping[str, Fact]) -> None:
        """What was uncertain is what was found, from now on."""
        for name in self.tried:
            if name in found and found[name] is not None:
                self.kept[name] = found[name]
        self.tried.clear()
