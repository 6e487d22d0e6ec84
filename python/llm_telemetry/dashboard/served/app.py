"""What Streamlit runs, again at each interaction."""

from llm_telemetry.dashboard.frame import run

run()
