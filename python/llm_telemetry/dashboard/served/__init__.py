"""The script that Streamlit runs: beside a folder ``pages`` it would serve those itself."""
