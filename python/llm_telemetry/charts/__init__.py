"""Charts: pure functions from the rows of marts to Vega-Lite specifications.

No chart computes: what is drawn is a value of a row. An estimate has its interval, and
what could not be estimated a grey mark with its reason. Specifications are plain
dictionaries, which Altair (`alt.Chart.from_dict`) and Streamlit read: to import Altair
takes as long as to draw five figures.
"""
