"""The cluster's record in Postgres, over connections that are kept.

Dagster opens a connection for every query and closes it again, so that short processes never use up what a database
allows; each costs Postgres a process, a handshake and its caches, which for a shot's four hundred queries was more work
than all else a worker did (docs/LOG.md). The processes of a cluster are few and stay, so each keeps what it opened.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from dagster._serdes import ConfigurableClassData
from dagster_postgres.storage import DagsterPostgresStorage
from dagster_postgres.utils import create_pg_engine
from sqlalchemy.engine import Engine

KEPT = 2
"""Connections that a process keeps; more are opened while threads want more at once, and closed after it."""


class KeptPostgresStorage(DagsterPostgresStorage):
    """Dagster's storage in Postgres, in which all parts of all instances of a process share their connections."""

    def __init__(self, postgres_url: str, inst_data: ConfigurableClassData | None = None) -> None:
        """Raises :class:`DagsterPostgresException` without a database."""
        _tables(postgres_url, os.getpid())
        super().__init__(postgres_url, should_autocreate_tables=False, inst_data=inst_data)
        for part in (self._run_storage, self._event_log_storage, self._schedule_storage):
            part._engine = kept_engine(postgres_url, os.getpid())

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> KeptPostgresStorage:
        """See :class:`dagster._serdes.ConfigurableClass`."""
        return cls(config_value["postgres_url"], inst_data)


@cache
def kept_engine(postgres_url: str, process: int) -> Engine:
    """The connections of a process to a database: a child that was forked must not write on those of its parent.

    Each is tried before it is used again, so a database that was restarted meanwhile is not noticed.
    """
    del process
    return create_pg_engine(
        postgres_url, isolation_level="AUTOCOMMIT", pool_size=KEPT, max_overflow=-1, pool_pre_ping=True
    )


@cache
def _tables(postgres_url: str, process: int) -> None:
    """Make the tables where there are none; a process looks once."""
    del process
    DagsterPostgresStorage(postgres_url)
