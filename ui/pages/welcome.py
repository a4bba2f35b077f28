"""For somebody without a session: how to get in."""

from __future__ import annotations

import streamlit as st

from ui.texts import t

st.title(t("AI readiness"))
st.write(t("A self-assessment of AI strategy, ethics and standards in government."))
st.info(t("Please open the personal link that you were sent. It looks like {example}.", example="`…/i/…`"))
st.write(
    t(
        "No link, or it no longer works? Ask the coordinator of your organisation or the workshop's facilitator for a new one."
    )
)
