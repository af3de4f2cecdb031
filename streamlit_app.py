"""The app: `streamlit run streamlit_app.py`."""

from ui.app import main

main()
