"""The countries compared in one questionnaire, live; a page of its own, as its refresh would disturb other widgets."""

from __future__ import annotations

from html import escape

import streamlit as st

from access import facilitator
from ui import look, process, session
from ui.texts import t

actor = session.require_actor()
questionnaire_id = session.compared_questionnaire()
look.markup('<span class="wide"></span>')


@st.fragment(run_every=0.5)
def live() -> None:
    compared = facilitator.comparison(process.workshop(), session.require_actor(), questionnaire_id)
    drawn = process.drawn(actor.round_id, compared, "projector", session.language())
    st.vega_lite_chart(spec=drawn.spec, theme=None, width="stretch", alt=drawn.alt, key="heatmap")
    begun, invited = sum(c.begun for c in compared.countries), sum(c.invited for c in compared.countries)
    words = t(
        "{begun} of {invited} organisations have begun · data revision {revision}",
        begun=begun,
        invited=invited,
        revision=compared.revision,
    )
    look.markup(f'<div class="muted revision" role="status">{escape(words)}</div>')


live()
