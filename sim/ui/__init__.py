"""The browser app: the only room that knows Streamlit."""

__all__ = ["main"]


def main() -> None:
    """Draw the app once, for one visitor."""
    # Only here: worker processes import this room for its tasks, and need no Streamlit.
    from sim.ui.frame import main as draw

    draw()
