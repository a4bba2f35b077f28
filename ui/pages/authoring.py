"""For authors: the server's questionnaires and what is wrong with them. Read only; files are changed where they are."""

from __future__ import annotations

from html import escape

import streamlit as st

from access.author import CheckedFile, checked_files
from ui import look, process, session
from ui.texts import plain, t

actor = session.require_actor()


def show(file: CheckedFile) -> None:
    with st.container(border=True):
        st.header(plain(file.title or file.path), anchor=False)
        if file.title:
            look.muted(
                f"{file.path} · {t('version {version}', version=file.version)} · {t('{n} question', '{n} questions', n=file.items)}"
            )
        errors = sum(problem.severity == "error" for problem in file.problems)
        warnings = len(file.problems) - errors
        counted = f"{t('{n} error', '{n} errors', n=errors)}, {t('{n} warning', '{n} warnings', n=warnings)}"
        look.muted(counted if file.problems else t("No problems."))
        rows = "".join(
            f"<tr><td>{escape(problem.path.rsplit('/', 1)[-1])}:{problem.line}</td><td>{escape(problem.code)}</td>"
            f"<td>{escape(problem.message)}</td></tr>"
            for problem in file.problems
        )
        if rows:
            heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in (t("Place"), t("Code"), t("Problem")))
            look.markup(
                f'<div class="scroll" tabindex="0"><table class="figures"><thead><tr>{heads}</tr></thead>'
                f"<tbody>{rows}</tbody></table></div>"
            )


st.title(t("Questionnaires"), anchor=False)
look.muted(t("What this server's folder holds. A round keeps the version that it was opened with."))
for one in checked_files(process.workshop(), actor, process.settings().questionnaires):
    show(one)
look.staff_links(t("Change role"), t("Sign out"))
