"""For somebody without a session: how to get in."""

from __future__ import annotations

from html import escape

import streamlit as st

from ui import look
from ui.texts import t

st.title(t("AI readiness"))
st.write(t("A self-assessment of AI strategy, ethics and standards in government."))
st.info(t("Please open the personal link that you were sent. It looks like {example}.", example="`…/i/…`"))
look.markup(f'<p><a href="/join" target="_self">{escape(t("You have a code? Type it here."))}</a></p>')
words = t("Facilitators, authors and administrators with an account sign in here.")
look.markup(f'<p class="muted"><a href="/staff" target="_self">{escape(words)}</a></p>')
st.write(
    t(
        "No link, or it no longer works? Ask the coordinator of your organisation or the workshop's facilitator for a new one."
    )
)
