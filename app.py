"""The browser app: ``streamlit run app.py``."""

# Worker processes import this file too: only the app itself may start the app.
if __name__ == "__main__":
    from sim.ui import main

    main()
