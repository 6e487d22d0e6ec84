"""The script that Streamlit runs; a folder `pages` beside it would have a meaning."""
