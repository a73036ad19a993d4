"""The browser app: the only room that knows Streamlit."""

from sim.ui.main import main

__all__ = ["main"]
