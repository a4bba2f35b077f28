"""The one catalogue of coded messages: what is wrong, where, and what to do about it.

A message is looked up by its code and filled with facts; no other module words a problem of a file. Codes are
public (people search for them) and are never reused. `Q` questionnaire, `T` translation, `A` answers file,
`G` groups file, `C` worked case, `S` store.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning"]

CATALOGUE: dict[str, tuple[Severity, str]] = {
    # --- the file as a whole
    "Q001": ("error", "The file cannot be read: {reason}. Save it as UTF-8 text of at most 2 MB."),
    "Q002": ("error", "This is not valid YAML: {reason}. {hint}"),
    "Q003": ("error", "'{name}' uses a YAML anchor, alias or merge. Write the text out in full instead."),
    "Q004": ("error", "The tag '{tag}' is not allowed. Remove it; every value here is plain text."),
    "Q005": ("error", "The key '{key}' is already given in line {first}. Keep one of the two."),
    "Q006": ("error", "The file is nested deeper than {limit} levels. Flatten it."),
    "Q007": (
        "error",
        "The file holds no questionnaire. Start it with 'format: 1'; questionnaires/README.md has an example.",
    ),
    "Q008": (
        "error",
        "There is no questionnaire to check here: {reason}. Name a questionnaire.yaml, or a folder with one.",
    ),
    "Q009": ("error", "the questionnaire id '{value}' is already used by {first}. Give one of the two another id."),
    # --- the shape of a value
    "Q010": ("error", "'{key}' is not known here. {hint}"),
    "Q011": ("error", "'{key}' is missing in {where}. Add it."),
    "Q012": (
        "error",
        "item '{item}' is asked if '{other}', which comes later. Move it after '{other}' or change asked_if.",
    ),
    "Q013": (
        "error",
        "item '{item}' is asked if '{other}', which does not exist. Correct the id or remove the condition.",
    ),
    "Q014": (
        "error",
        (
            "'{value}' cannot be an id. Use lower-case letters, digits, '_' and '-', beginning with a letter or "
            "digit, at most 64 characters."
        ),
    ),
    "Q015": (
        "error",
        "the id '{value}' is already used in line {first}. Every id is unique and is never reused: choose another.",
    ),
    "Q016": ("error", "item '{item}' has {count} anchors; it needs exactly five, one for each level 1-5."),
    "Q017": (
        "error",
        "item '{item}' has {count} next steps; it needs exactly four: from 1 to 2, 2 to 3, 3 to 4 and 4 to 5.",
    ),
    "Q018": (
        "error",
        "item '{item}' is critical and allows 'not applicable'. Remove one: a critical item applies to everyone.",
    ),
    "Q019": (
        "error",
        "the condition '{key}' is not known. Use at_least, at_most or is with an item, or all, any, not.",
    ),
    "Q020": ("error", "'{value}' is not allowed for '{key}': {reason}."),
    "Q021": ("error", "'{key}' must be {wanted}, but this is {found}."),
    "Q022": ("error", "item '{item}' is asked if itself. Refer to an earlier item."),
    "Q023": ("error", "the file holds more than {limit} values. Split it into several questionnaires."),
    "Q024": ("error", "there are more than {limit} problems; the others are not shown. Repair these first."),
    # --- the questionnaire as a whole
    "Q030": ("error", "evidence_caps must not fall from none to described to document to verified. Raise '{key}'."),
    "Q031": ("error", "levels must be the five levels 1, 2, 3, 4 and 5, in this order."),
    # --- what a version changed
    "Q040": (
        "error",
        "'{old}' is renamed to '{new}', and there is no such item. Correct the id, or list '{old}' under dropped.",
    ),
    "Q041": ("error", "'{item}' is both renamed and dropped. Keep one of the two."),
    "Q042": (
        "error",
        (
            "'{item}' is {gone} here and still an id of this version. Remove it from migration, or give the item or "
            "dimension a new id."
        ),
    ),
    "Q043": ("error", "'{item}' is renamed to itself. Remove the line."),
    "Q044": (
        "error",
        "version {value} is not earlier than this file's {version}. List earlier versions only.",
    ),
    "Q045": ("error", "'{old}' and '{other}' are both renamed to '{new}'. Keep one, and list the other under dropped."),
    # --- two versions of a questionnaire side by side
    "Q050": (
        "error",
        (
            "scores of version {old} cannot be compared with those of version {new}. If they can, list {old} under "
            "migration, comparable_with, of version {new}."
        ),
    ),
    "Q051": ("error", "'{other}' is another questionnaire than '{id}'. Compare rounds of the same one."),
    "Q052": (
        "error",
        (
            "item '{item}' of version {old} is not in version {new}, and migration does not say what became of it. List "
            "it there under renamed or dropped."
        ),
    ),
    "Q053": (
        "error",
        (
            "items '{item}' and '{other}' of version {old} have both become '{successor}' in version {new}. Keep one under "
            "renamed, and list the other under dropped."
        ),
    ),
    # --- thin places
    "Q101": (
        "warning",
        (
            "item '{item}': the anchor of level {level} has {count} characters. Describe an observable fact in a "
            "sentence of at least 40."
        ),
    ),
    "Q102": ("warning", "item '{item}' is thin: it has no {missing}. Respondents and reports need it."),
    "Q103": (
        "warning",
        "dimension '{dimension}' has no pulse item, so the short form cannot rate it. Mark one 'pulse: true'.",
    ),
    "Q104": (
        "warning",
        "pulse item '{item}' is asked if '{other}', which is not in the pulse form and counts as unanswered there.",
    ),
    "Q105": ("warning", "item '{item}': '{word}' in the anchor of level {level} is a judgement. Say what can be seen."),
    # --- translations
    "T001": (
        "error",
        "The translation cannot be read: {reason}. Repair the .po file, or start again from the .pot file beside it.",
    ),
    "T002": ("warning", "{count} of {total} texts have no translation into '{language}'; the first is {first}."),
    "T003": (
        "warning",
        "{count} of {total} texts are draft translations (fuzzy) into '{language}'; the first is {first}.",
    ),
    "T004": (
        "warning",
        (
            "{count} translations into '{language}' belong to texts that have changed or are gone; the first is "
            "{first}. Run 'make texts' and review them."
        ),
    ),
    "T005": ("error", "'{name}' is not a language code. Name the file after one, such as 'km.po'."),
    "T006": ("error", "the translation of {context} must keep the placeholders {wanted}."),
    # --- answers files
    "A001": ("error", "The file cannot be read: {reason}. Save it as CSV in UTF-8."),
    "A002": (
        "error",
        "the column '{column}' is missing. The columns are response,item,answer and optionally evidence,reason.",
    ),
    "A003": (
        "error",
        "the column '{column}' is not known. The columns are response,item,answer and optionally evidence,reason.",
    ),
    "A004": ("error", "the questionnaire '{questionnaire}' has no item '{item}'. Correct the id."),
    "A005": ("error", "'{value}' is not an answer. Use 1, 2, 3, 4, 5, dont_know, not_applicable or nothing."),
    "A006": ("error", "item '{item}' cannot be 'not_applicable'. Choose a level or dont_know."),
    "A007": ("error", "'{value}' is not an evidence tier. Use none, described, document or verified."),
    "A008": ("error", "response '{response}' already answers '{item}' in line {first}. Keep one of the two."),
    "A009": (
        "error",
        "this line has {found} fields where the header has {wanted}. Check the commas and quotation marks.",
    ),
    "A010": ("error", "the response has no name. Fill the column 'response'."),
    "A011": ("error", "the column '{column}' appears twice. Keep one of the two."),
    "A012": ("error", "there are more than {limit} problems; nothing after this line was checked. Repair these first."),
    # --- groups files
    "G001": ("error", "The file cannot be read: {reason}. Save it as CSV in UTF-8."),
    "G002": (
        "error",
        "the column '{column}' is missing. The columns are response,group and optionally organisation,invited.",
    ),
    "G003": (
        "error",
        "the column '{column}' is not known. The columns are response,group and optionally organisation,invited.",
    ),
    "G004": ("error", "the column '{column}' appears twice. Keep one of the two."),
    "G005": (
        "error",
        "this line has {found} fields where the header has {wanted}. Check the commas and quotation marks.",
    ),
    "G006": ("error", "the response has no name. Fill the column 'response'."),
    "G007": ("error", "response '{response}' is not among the answers. Correct its name or remove the line."),
    "G008": ("error", "response '{response}' has no group. Fill the column 'group'."),
    "G009": ("error", "response '{response}' is already in line {first}. Keep one of the two."),
    "G010": (
        "error",
        (
            "response '{response}' is in the group '{group}' and, in line {first}, in '{other}'. Keep the one it "
            "belongs to."
        ),
    ),
    "G011": (
        "error",
        (
            "organisation '{organisation}' is in the group '{group}' and, in line {first}, in '{other}'. Correct one, or "
            "give the two organisations different names."
        ),
    ),
    "G012": ("error", "'{value}' is not a number of organisations. Write a whole number of at least 1, or nothing."),
    "G013": (
        "error",
        "group '{group}' has {value} invited organisations here and {other} in line {first}. Write the same on each line.",
    ),
    "G014": (
        "error",
        "group '{group}' has {count} organisations but only {invited} invited. Correct 'invited' or the organisations.",
    ),
    "G015": ("error", "response '{response}' has answers but is not in this file. Add a line for it."),
    "G016": ("error", "there are more than {limit} problems; the others are not shown. Repair these first."),
    # --- one answer, as it arrives from a page
    "R001": ("error", "This question is not part of the questionnaire. Reload the page."),
    "R002": ("error", "This answer is not one of the choices. Reload the page and choose again."),
    "R003": ("error", "'Not applicable' is not possible for this question. Choose a level or 'Don't know'."),
    "R004": (
        "error",
        "Please say why this question does not apply to you. The answer is saved once there is a reason.",
    ),
    "R005": ("error", "This kind of evidence is not one of the choices. Reload the page and choose again."),
    "R006": (
        "error",
        "The link must begin with https:// and name a public web address, without a user name or password.",
    ),
    "R007": (
        "error",
        "The text contains a character that is not text and cannot be stored. Remove it; your text is still here.",
    ),
    "R008": (
        "error",
        "The text has {count} characters and at most {limit} can be stored. Shorten it; your text is still here.",
    ),
    # --- what an actor may not do, or not now; 'not yours' and 'does not exist' are the same text
    "P001": ("error", "This page does not exist, or it is not open to you."),
    "P002": ("error", "The round is closed. Answers can be read but no longer changed."),
    "P003": ("error", "The response has been submitted. The coordinator can reopen it until the round closes."),
    "P004": (
        "error",
        (
            "Some questions marked as critical have no answer yet. Answer them ('Don't know' is an answer) and "
            "submit again."
        ),
    ),
    "P005": ("error", "Only the organisation's coordinator can do this."),
    "P007": (
        "error",
        "The answer could not be stored. It is not saved; your text is still here. Try again in a moment.",
    ),
    # --- files of organisations
    "O001": ("error", "The file needs the columns country,name and at least one organisation below them."),
    "O002": ("error", "'{value}' is not a country code. Use two letters as in ISO 3166-1, for example GE or KH."),
    "O003": ("error", "the organisation needs a name of at most 200 characters."),
    "O004": ("error", "'{name}' is already in line {first}. Keep one of the two."),
    # --- worked cases
    "C001": (
        "error",
        "case '{case}': {figure} should be {expected} and is {found}. Correct the case or the questionnaire.",
    ),
    "C002": ("error", "case '{case}': '{value}' is not known here ({where}). Correct it."),
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


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One problem of one file. `line` and `column` count from 1; a problem of the whole file stands at 1:1."""

    path: str
    line: int
    column: int
    code: str
    message: str
    is_strict: bool = field(default=False, compare=False)  # whether somebody asked for warnings to count as errors

    @property
    def severity(self) -> Severity:
        return "error" if self.is_strict else CATALOGUE[self.code][0]

    def __str__(self) -> str:
        """`PATH:LINE:COL CODE message`, the line that the terminal prints."""
        return f"{visible(self.path, 4096)}:{self.line}:{self.column} {self.code} {self.message}"


def message(code: str, **facts: object) -> str:
    """The catalogue's sentence for `code`, filled with facts, in which control characters are shown and not sent on."""
    shown = {key: visible(str(value)) for key, value in facts.items()}
    return CATALOGUE[code][1].format(**shown)


def visible(text: str, limit: int = 200) -> str:
    """`text` on one line, control characters escaped; past `limit` characters it says how many more there are."""
    escaped = "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)
    return escaped if len(escaped) <= limit else f"{escaped[:limit]} ... ({len(escaped) - limit} characters more)"


class ProblemsError(Exception):
    """A file has problems; `problems` lists all of them in file order."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
