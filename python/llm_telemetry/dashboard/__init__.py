"""The dashboard: pages on the published warehouse, shown by Streamlit."""
