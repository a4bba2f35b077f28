"""The Streamlit side: thin pages and the widgets of the questionnaire. Prepared values come from access/ and charts/."""
