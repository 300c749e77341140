"""The stage graph in ``configs/workflow_agent.yaml``, read strictly, and loaded as an ADK Workflow.

ADK's own loader only logs a misspelt key and takes an empty list of edges. This one reads the file first and raises
:class:`ConfigInvalid` in one line for: an unknown key, a key given twice, no edges, an unknown node, a stage that is
missing, a node that cannot be reached, and a way back that does not lead through a person (``review``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError

from resources.config import config_path, first_fault, read_yaml
from resources.director.tools.catalogue import catalogue
from resources.errors import ConfigInvalid
from schemas.plan import Short, Strict
from schemas.refs import Stage

if TYPE_CHECKING:
    from google.adk import Workflow

CONFIG = "workflow_agent.yaml"
MODULE = "resources.director.nodes"
"""Nodes come from here and from nowhere else."""
START = "START"
REVIEW = "review"
OTHERS = (REVIEW, "finish", "hold")
"""Nodes that are no stage: a person's word, and the two ends."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class WorkflowConfig(Strict):
    """The file, before its edges are read."""

    agent_class: Literal["Workflow"]
    name: Name
    description: Short
    max_concurrency: Annotated[int, Field(ge=1, le=1)]
    """Stages take turns: one large model at a time, and one thread a film."""
    edges: Annotated[list[list[Any]], Field(min_length=1)]


class Join(Strict):
    """A node that waits for all nodes before it."""

    agent_class: Literal["JoinNode"]
    name: Name


@dataclass(frozen=True, slots=True)
class Edge:
    """One edge, with the route it is taken on (None: always)."""

    before: str
    after: str
    route: str | None = None


@dataclass(frozen=True)
class Graph:
    """The graph that a file describes."""

    edges: tuple[Edge, ...]
    joins: frozenset[str]

    @property
    def nodes(self) -> set[str]:
        """Every node but START."""
        return {name for edge in self.edges for name in (edge.before, edge.after)} - {START}


def read_graph(path: Path) -> Graph:
    """The graph in a file. Raises :class:`ConfigInvalid`."""
    value = read_yaml(path, _NoTwice)
    try:
        config = WorkflowConfig.model_validate(value)
        graph = _Reader().read(config.edges)
        _check(graph)
    except ValidationError as error:
        raise ConfigInvalid(first_fault(error), where=str(path)) from None
    except ValueError as error:
        raise ConfigInvalid(str(error), where=str(path)) from None
    return graph


@cache
def stage_edges() -> tuple[tuple[Stage, Stage], ...]:
    """Which stage needs which, joins and routes taken out: pairs (needed, needing)."""
    graph, tools = read_graph(config_path(CONFIG)), catalogue()
    found = []
    for edge in graph.edges:
        if edge.before in tools:
            ends = (
                [after.after for after in graph.edges if after.before == edge.after]
                if edge.after in graph.joins
                else []
            )
            found += [(tools[edge.before].stage, tools[end].stage) for end in (ends or [edge.after]) if end in tools]
    return tuple(dict.fromkeys(found))


def load_workflow(path: Path | None = None) -> Workflow:
    """The graph as an ADK Workflow. Raises :class:`ConfigInvalid`, and what a missing google-adk raises."""
    file = path or config_path(CONFIG)
    read_graph(file)
    from resources.agents.adk_factory import require_adk

    require_adk()
    from google.adk import Workflow
    from google.adk.agents.config_agent_utils import from_config

    try:
        loaded = from_config(str(file))
    except (ValueError, TypeError) as error:
        raise ConfigInvalid(f"ADK refuses it: {error}", where=str(file)) from None
    if not isinstance(loaded, Workflow):
        raise ConfigInvalid(f"is a {type(loaded).__name__}, not a Workflow", where=str(file))
    return loaded


class _NoTwice(yaml.SafeLoader):
    """YAML without keys that are given twice, of which the last would win in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = Counter(str(self.construct_object(key, deep=True)) for key, _ in node.value)
        twice = sorted(key for key, times in keys.items() if times > 1)
        if twice:
            raise yaml.YAMLError(f"{', '.join(twice)} is given twice, line {node.start_mark.line + 1}")
        return super().construct_mapping(node, deep)


class _Reader:
    """Chains of elements into edges; a node is named in full where it first stands, by its last part after that."""

    def __init__(self) -> None:
        self.known: set[str] = {START}
        self.joins: set[str] = set()

    def read(self, chains: list[list[Any]]) -> Graph:
        """All edges. Raises :class:`ValueError`."""
        edges: list[Edge] = []
        for number, chain in enumerate(chains, 1):
            where = f"edges, item {number}"
            if len(chain) < 2:
                raise ValueError(f"{where}: an edge has two ends")
            before = self._names(chain[0], where)
            for element in chain[1:]:
                routes = list(self._routes(element, where))
                edges += [Edge(one, name, route) for one in before for route, name in routes]
                before = [name for _, name in routes]
        return Graph(tuple(edges), frozenset(self.joins))

    def _routes(self, element: Any, where: str) -> Iterator[tuple[str | None, str]]:
        if isinstance(element, dict) and "agent_class" not in element:
            for route, target in element.items():
                if not isinstance(route, str):
                    raise ValueError(f"{where}: the route {route!r} is not a word")
                for name in self._names(target, where):
                    yield route, name
        else:
            for name in self._names(element, where):
                yield None, name

    def _names(self, element: Any, where: str) -> list[str]:
        if isinstance(element, list):
            return [name for one in element for name in self._names(one, where)]
        if isinstance(element, dict):
            join = Join.model_validate(element)
            if join.name in self.known:
                raise ValueError(f"{where}: {join.name} is there already")
            self.joins.add(join.name)
            self.known.add(join.name)
            return [join.name]
        return [self._name(element, where)]

    def _name(self, element: Any, where: str) -> str:
        if not isinstance(element, str):
            raise ValueError(f"{where}: {element!r} is not a node")
        module, _, name = element.rpartition(".")
        if not module and name in self.known:
            return name
        if module != MODULE or name not in (*catalogue(), *OTHERS):
            known = ", ".join((*catalogue(), *OTHERS))
            raise ValueError(f"{where}: there is no node {element!r} ({MODULE} has {known})")
        self.known.add(name)
        return name


def _check(graph: Graph) -> None:
    """Raise :class:`ValueError` unless the graph makes a film and comes to an end."""
    missing = [name for name in catalogue() if name not in graph.nodes]
    if missing:
        raise ValueError(f"edges: no edge leads to {', '.join(missing)}")
    after: dict[str, set[str]] = {}
    for edge in graph.edges:
        after.setdefault(edge.before, set()).add(edge.after)
    if any(START in ends for ends in after.values()):
        raise ValueError("edges: nothing leads back to START")
    lost = graph.nodes - _reached(after, START)
    if lost:
        raise ValueError(f"edges: START does not lead to {', '.join(sorted(lost))}")
    straight = {name: ends - {REVIEW} for name, ends in after.items() if name != REVIEW}
    for name in sorted(graph.nodes):
        if name in _reached(straight, *straight.get(name, ())):
            raise ValueError(f"edges: {name} leads back to itself, and not through {REVIEW}")


def _reached(after: dict[str, set[str]], *starts: str) -> set[str]:
    """Every node that can be reached from ``starts``, themselves included."""
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += after.get(name, ())
    return found
