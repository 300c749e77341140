"""The cluster's record in Postgres, over connections that are kept.

Dagster opens a connection for every query and closes it again, so that short processes never use up what a database
allows; each costs Postgres a process, a handshake and its caches, which for a shot's four hundred queries was more work
than all else a worker did (docs/LOG.md). The processes of a cluster are few and stay, so each keeps what it opened.

Nor does it ask before each query whether the database is still there, and which tables and columns it has: that was
more than half of all it was asked. A server that goes says so on the connection; a schema stays while processes run.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from dagster._core.storage.event_log.schema import AssetKeyTable
from dagster._core.storage.runs.schema import RunsTable
from dagster._serdes import ConfigurableClassData
from dagster_postgres.event_log.event_log import PostgresEventLogStorage
from dagster_postgres.run_storage.run_storage import PostgresRunStorage
from dagster_postgres.schedule_storage.schedule_storage import PostgresScheduleStorage
from dagster_postgres.storage import DagsterPostgresStorage
from dagster_postgres.utils import create_pg_engine
from sqlalchemy import event, inspect
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DisconnectionError

KEPT = 2
"""Connections that a process keeps; more are opened while threads want more at once, and closed after it."""
RESTED_S = 10.0
"""A connection that was not used for so long is tried before it is used: a firewall may have forgotten it."""
_USED = "sparkle.used"
BEFORE_ALL = -1
"""An id below every event's."""


class KeptPostgresStorage(DagsterPostgresStorage):
    """Dagster's storage in Postgres, in which all parts of all instances of a process share their connections."""

    def __init__(self, postgres_url: str, inst_data: ConfigurableClassData | None = None) -> None:
        """Raises :class:`DagsterPostgresException` without a database."""
        _tables(postgres_url, os.getpid())
        super().__init__(postgres_url, should_autocreate_tables=False, inst_data=inst_data)
        self._run_storage = KeptRuns(postgres_url, should_autocreate_tables=False)
        self._event_log_storage = KeptEvents(postgres_url, should_autocreate_tables=False)
        self._schedule_storage = KeptTicks(postgres_url)
        for part in (self._run_storage, self._event_log_storage, self._schedule_storage):
            part._engine = kept_engine(postgres_url, os.getpid())

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> KeptPostgresStorage:
        """See :class:`dagster._serdes.ConfigurableClass`."""
        return cls(config_value["postgres_url"], inst_data)


class KeptEvents(PostgresEventLogStorage):
    """The event log, which knows its tables."""

    def has_table(self, table_name: str) -> bool:
        """Whether there is such a table."""
        return table_name in _table_names(self.postgres_url, os.getpid())

    def _has_asset_key_col_on_connection(self, conn: Connection, column_name: str) -> bool:
        del conn
        return column_name in _columns(self.postgres_url, os.getpid(), AssetKeyTable.name)

    def has_asset_key_col(self, column_name: str) -> bool:
        """Whether the table of assets has such a column."""
        return column_name in _columns(self.postgres_url, os.getpid(), AssetKeyTable.name)

    def get_maximum_record_id(self) -> int:
        """The latest event's id, of an empty log :data:`BEFORE_ALL`.

        After a look at an empty log Dagster takes its id, none, for no look at all where it asks for the tags of what
        came since, and only there: automation would not see who asked for the first film, and make it once more.
        """
        return super().get_maximum_record_id() or BEFORE_ALL


class KeptRuns(PostgresRunStorage):
    """The record of runs, which knows its columns."""

    def has_run_stats_index_cols(self) -> bool:
        """Whether runs say when they began and ended."""
        return {"start_time", "end_time"} <= _columns(self.postgres_url, os.getpid(), RunsTable.name)

    def has_backfill_id_column(self) -> bool:
        """Whether runs say which backfill they are of."""
        return "backfill_id" in _columns(self.postgres_url, os.getpid(), RunsTable.name)


class KeptTicks(PostgresScheduleStorage):
    """The record of sensors and schedules, which knows its tables and what is built."""

    def __init__(self, postgres_url: str) -> None:
        super().__init__(postgres_url, should_autocreate_tables=False)
        self._built: set[str] = set()

    def _has_instigators_table(self, conn: Connection) -> bool:
        del conn
        return self.has_instigators_table()

    def has_instigators_table(self) -> bool:
        """Whether there is a table of sensors."""
        return "instigators" in _table_names(self.postgres_url, os.getpid())

    def has_built_index(self, migration_name: str) -> bool:
        """Whether a migration of the data is done; what is done stays done."""
        if migration_name not in self._built and super().has_built_index(migration_name):
            self._built.add(migration_name)
        return migration_name in self._built

    def has_secondary_index_table(self) -> bool:
        """Whether there is a table of migrations."""
        return "secondary_indexes" in _table_names(self.postgres_url, os.getpid())


@cache
def kept_engine(postgres_url: str, process: int) -> Engine:
    """The connections of a process to a database: a child that was forked must not write on those of its parent.

    Each is looked at before it is used again, so a database that was restarted meanwhile is not noticed.
    """
    del process
    engine = create_pg_engine(postgres_url, isolation_level="AUTOCOMMIT", pool_size=KEPT, max_overflow=-1)

    def taken(connection: Any, record: Any, _: Any) -> None:
        rested = time.monotonic() - record.info.get(_USED, time.monotonic())
        if said_goodbye(connection) or (rested > RESTED_S and not _answers(engine, connection)):
            raise DisconnectionError  # the pool opens another in its place

    def given_back(_: Any, record: Any) -> None:
        record.info[_USED] = time.monotonic()

    event.listen(engine, "checkout", taken)
    event.listen(engine, "checkin", given_back)
    return engine


def said_goodbye(connection: Any) -> bool:
    """Whether the server has ended ``connection`` (of psycopg2), on which nothing was asked.

    It then has something to read: why it was ended, or that it is closed. No word goes to the server for this.
    """
    if connection.closed:
        return True
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


def _answers(engine: Engine, connection: Any) -> bool:
    try:
        return engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error:
        return False


@cache
def _tables(postgres_url: str, process: int) -> None:
    """Make the tables where there are none; a process looks once."""
    del process
    DagsterPostgresStorage(postgres_url)


@cache
def _table_names(postgres_url: str, process: int) -> frozenset[str]:
    return frozenset(inspect(kept_engine(postgres_url, process)).get_table_names())


@cache
def _columns(postgres_url: str, process: int, table: str) -> frozenset[str]:
    return frozenset(one["name"] for one in inspect(kept_engine(postgres_url, process)).get_columns(table))
