"""Where pages are: known to the server before it has read the first of them."""

__all__ = ["PLACES"]

#: Modules of pages in the order of the navigation, which are their names in addresses too. The
#: first page has none: it is where the address of the app leads.
PLACES = (
    "answer",
    "options",
    "people",
    "shifts",
    "simulation",
    "data",
    "learn",
    "risks",
    "report",
    "about",
)
