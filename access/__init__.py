"""Who may do what: actors, invitations, and every operation on a workshop. Imports no streamlit and no engine."""
