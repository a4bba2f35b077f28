"""The countries compared in one questionnaire, live; a page of its own, as its refresh would disturb other widgets.

It shows what the room may see, for it is what the projector shows. Only the address asks for the facilitators' view.
"""

from __future__ import annotations

from html import escape

import streamlit as st

from access import facilitator
from results.live import Comparison
from ui import look, process, session
from ui.texts import t

actor = session.require_actor()
questionnaire_id = session.compared_questionnaire()
audience = session.audience()
look.markup('<span class="wide projector"></span>')
if audience == "facilitators":
    look.private_notice(t("Facilitators only – not for the projector"))


@st.fragment(run_every=0.5)
def live() -> None:
    compared = facilitator.comparison(process.workshop(), session.require_actor(), questionnaire_id, audience)
    drawn = process.drawn(actor.round_id, compared, "projector", session.language())
    st.vega_lite_chart(spec=drawn.spec, theme=None, width="stretch", alt=drawn.alt, key="heatmap")
    look.markup(f'<div class="muted revision" role="status">{escape(status(compared))}</div>')


def status(compared: Comparison) -> str:
    """What has begun, among those shown. The room is not told the data revision: it grows with hidden answers too."""
    begun, invited = sum(c.begun for c in compared.countries), sum(c.invited for c in compared.countries)
    if compared.audience == "room":
        agreed = t("Only levels that organisations have agreed to show here.")
        if not invited:
            return agreed
        begun_of = t("{begun} of {invited} organisations shown by name have begun.", begun=begun, invited=invited)
        return f"{begun_of} {agreed}"
    return t(
        "{begun} of {invited} organisations have begun · data revision {revision}",
        begun=begun,
        invited=invited,
        revision=compared.revision,
    )


live()
if audience == "room":
    st.button(
        t("Facilitators' view (not for the projector)"),
        type="tertiary",
        on_click=session.show_to,
        args=("facilitators",),
    )
else:
    st.button(t("Back to the room's view"), type="primary", on_click=session.show_to, args=("room",))
