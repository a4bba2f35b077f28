"""The Starlette side around the Streamlit app: headers, compressed static files, invitation routes, health.

May import access, results and what lies below them; never streamlit (its static folder is passed in). Tested through
the ASGI interface (tests/web/asgi.py), without a server.
"""
