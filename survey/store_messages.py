"""The texts of problems of the store and its surroundings: code → (severity, sentence). `survey.problems` fills and shows them."""

from __future__ import annotations

from typing import Final, Literal

STORE_MESSAGES: Final[dict[str, tuple[Literal["error", "warning"], str]]] = {
    # --- the store
    "S001": (
        "error",
        (
            "The database {path} is in use by another program (process {pid}). Close that program, or stop it "
            "with 'kill {pid}', and start again; its data is safe."
        ),
    ),
    "S002": (
        "error",
        (
            "The database {path} cannot be opened: {reason}. Check that the folder exists, that it can be written "
            "to, and that there is space left."
        ),
    ),
    "S003": (
        "error",
        (
            "'{url}' is not a database this program can open. Use duckdb:///PATH, for example "
            "duckdb:///data/readiness.duckdb, or postgresql://USER:PASSWORD@HOST:5432/DATABASE."
        ),
    ),
    "S004": (
        "error",
        (
            "The database {path} was written by a newer version of this program (schema {found}; this one knows "
            "{known}). Update the program; nothing was changed."
        ),
    ),
    "S005": ("error", "{path} is not a database of this program. Name another file; nothing was changed."),
    "S006": (
        "error",
        (
            "The address {host} can be reached from other machines, and an invented workshop prints links that "
            "need no password. Use 127.0.0.1, or 'readiness run' with a real round."
        ),
    ),
    "S010": ("error", "{path} cannot be written: {reason}. Name another file; nothing was done."),
    "S007": (
        "error",
        "Port {port} of {host} is already in use. Stop the other program, or choose another with --port.",
    ),
    "S050": (
        "error",
        (
            "The identity provider's settings cannot be used: {reason}. Set READINESS_OIDC_ISSUER (https://...), "
            "READINESS_OIDC_CLIENT_ID and READINESS_OIDC_CLIENT_SECRET, or none of them."
        ),
    ),
    "S051": (
        "error",
        (
            "Signing in with an identity provider needs the extra 'oidc'. Install it with 'uv sync --extra oidc', or "
            "'pip install \"ai-readiness[oidc]\"'."
        ),
    ),
    "S008": ("error", "The database {path} cannot be read: {reason}. Stop this program and start it again."),
    # --- the embedded engine's journal, backups and erasure
    "S020": (
        "error",
        (
            "The journal {path} is damaged in line {line}: {reason}. Nothing was changed. To go on with what the database "
            "holds: 'readiness restore {database} --db duckdb:///{database}'; the journal is then set aside."
        ),
    ),
    "S021": (
        "error",
        (
            "The database {path} and its journal {journal} do not belong together (line {found} in the one, {known} "
            "in the other). Nothing was changed. Put the right journal back; or go on with what the database holds: "
            "'readiness restore {path} --db duckdb:///{path}'."
        ),
    ),
    "S022": (
        "error",
        (
            "The database {path} lacks rows that its journal {journal} builds on ({tables}). Nothing was changed. "
            "Bring them back with 'readiness restore --from-journal {journal} --db duckdb:///{path}'."
        ),
    ),
    "S023": (
        "error",
        (
            "The database {path} is damaged: {reason}. Nothing was changed. Bring everything back with 'readiness "
            "restore --from-journal {journal} --db duckdb:///{path}', or name a backup from {folder}."
        ),
    ),
    "S024": (
        "error",
        "{path} cannot be restored: {reason}. Nothing was changed. Choose another backup or journal.",
    ),
    "S025": ("error", "There is no database {path}. Name another with --db; nothing was made."),
    "S026": (
        "error",
        (
            "The database {path} is in use by process {pid}, which does not answer. If it is this app, wait a "
            "moment and try again; otherwise stop it and run the command again."
        ),
    ),
    "S027": (
        "error",
        (
            "The journal {path} continues a backup (line {number}) that is not in {folder}. Name it: 'readiness "
            "restore BACKUP --from-journal {path} --db duckdb:///{database}'."
        ),
    ),
    "S028": (
        "error",
        "The backup was not made: {reason}. Earlier backups are as they were. Repair this and run 'readiness backup'.",
    ),
    "S029": (
        "error",
        "'{url}' is not an embedded database (duckdb:///PATH). Use the server's own tools, such as pg_dump.",
    ),
    "S030": ("error", "Nothing of {what} is stored in {path}. Check the number or name; nothing was changed."),
    # --- PostgreSQL, and copies between engines
    "S031": (
        "error",
        "The database's address cannot be read: {reason}. Write it as postgresql://USER:PASSWORD@HOST:5432/DATABASE.",
    ),
    "S032": (
        "error",
        (
            "{path} does not accept this user or password. Check both in the database's address, and the server's "
            "pg_hba.conf."
        ),
    ),
    "S033": (
        "error",
        "There is no database '{database}' at {path}. Make it with 'createdb --encoding=UTF8 {database}', or correct the address.",
    ),
    "S034": (
        "error",
        "The database {path} cannot be used now: {reason}. Check that the server runs and can be reached, then try again.",
    ),
    "S035": (
        "error",
        (
            "This user may not make or use the tables in {path}. Let the database's owner grant it: "
            "GRANT USAGE, CREATE ON SCHEMA public TO the user."
        ),
    ),
    "S036": (
        "error",
        "The database {path} stores text as {encoding}, which cannot hold every language. Make one with --encoding=UTF8.",
    ),
    "S037": (
        "error",
        (
            "The schema '{schema}' of {path} holds another program's tables. Use a database of its own; nothing was "
            "changed."
        ),
    ),
    "S038": ("error", "The database {path} is a read-only standby. Use the address of the primary server."),
    "S039": (
        "error",
        (
            "The driver of PostgreSQL is not installed. Install it with 'uv sync --extra postgres', or "
            "'pip install \"ai-readiness[postgres]\"'."
        ),
    ),
    "S040": (
        "error",
        "{path} already holds data, and a copy goes into an empty database only. Name another; nothing was changed.",
    ),
    "S041": (
        "error",
        "{path}:{line} is not a line of an export: {reason}. Nothing was kept; export again, or restore the file.",
    ),
    "S042": ("error", "The copy in {path} differs from its source in {tables}. Do not use it; nothing was kept."),
    "S043": ("error", "{path} is a copy of version {found}; this program knows {known}. Use the program that made it."),
}
