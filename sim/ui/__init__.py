"""The browser app: the only room that knows Streamlit."""

from sim.ui.frame import main

__all__ = ["main"]
