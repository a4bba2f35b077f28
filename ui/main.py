"""Session bootstrap: who is here decides which pages there are. Nothing heavy is imported."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from access import facilitator
from access.actor import Actor, RefusedError
from ui import incident, language, look, notice, process, session
from ui.texts import problem, t

COMPARE = session.COMPARE
PAGES = Path(__file__).parent / "pages"


def pages_of(person: Actor | None) -> list[st.Page]:
    """The pages of a role. A page not listed here does not exist for them."""
    if person is None:
        return [st.Page(PAGES / "welcome.py", title=t("AI readiness"), default=True)]
    if person.role == "facilitator":
        compared = [
            st.Page(PAGES / "compare.py", title=questionnaire.title, url_path=f"{COMPARE}{questionnaire.id}")
            for questionnaire in facilitator.questionnaires(process.workshop(), person, session.language())
        ]
        told = st.Page(PAGES / "round.py", title=t("Notice and targets"), url_path="round")
        return [st.Page(PAGES / "joined.py", title=t("Who has joined"), default=True), *compared, told]
    if person.role == "author":
        return [st.Page(PAGES / "authoring.py", title=t("Questionnaires"), default=True)]
    if person.role == "administrator":
        return [
            st.Page(PAGES / "people.py", title=t("People"), default=True),
            st.Page(PAGES / "audit.py", title=t("Audit trail"), url_path="audit"),
        ]
    listed = [
        st.Page(PAGES / "overview.py", title=t("Overview"), default=True),
        st.Page(PAGES / "section.py", title=t("Questions"), url_path="questions"),
        st.Page(PAGES / "review.py", title=t("Review and submit"), url_path="review"),
        st.Page(PAGES / "profile.py", title=t("Own profile"), url_path="profile"),
    ]
    if person.role == "coordinator":
        title, side = t("Answers side by side"), "side-by-side"
        listed.append(st.Page(PAGES / "colleagues.py", title=t("Colleagues"), url_path="colleagues"))
        listed.append(st.Page(PAGES / "side_by_side.py", title=title, url_path=side, visibility="hidden"))
    return [*listed, st.Page(PAGES / "notice.py", title=t("Who asks"), url_path="notice")]


def main() -> None:
    session.begin_language()
    st.set_page_config(page_title=t("AI readiness"), layout="wide", initial_sidebar_state="collapsed")
    look.style()
    person = session.actor()
    try:
        is_first = notice.is_first(person)
    except RefusedError:  # a link of no organisation; the page says so
        is_first = False
    page = st.navigation(pages_of(person), position="hidden" if person is None or is_first else "top")
    round_ = process.workshop().round(person.round_id) if person else None
    if round_ and round_.invented and not page.url_path.startswith(COMPARE):
        look.invented_notice(
            t("Invented workshop. Every organisation, answer and figure here is made up for demonstration.")
        )
    session.enter_page(page.url_path)
    language.choose()
    look.script(beats=page.url_path == "questions" and not is_first)
    incident.say_told()
    try:
        if is_first:
            notice.page(person)  # at any address, which is then opened after it
            return
        notice.remind(person)
        page.run()
    except RefusedError as error:
        st.title(t("Not available"))
        st.text(problem(error))


main()
