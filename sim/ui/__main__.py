"""The page that ``linewise app`` lets Streamlit run; ``app.py`` is the same for a work tree."""

# Worker processes import this file too: only the app itself may start the app.
if __name__ == "__main__":
    from sim.ui import main

    main()
