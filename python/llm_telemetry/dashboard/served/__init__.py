"""The script of the server: beside a folder ``pages``, Streamlit would serve those."""
