"""The app: `streamlit run streamlit_app.py`."""
