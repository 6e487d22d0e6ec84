"""The marts that decisions are made from, and what of them is read."""

from llm_telemetry.routing.estimation.prepared import NAMED
from llm_telemetry.triage.failure_model import CATEGORICAL
from llm_telemetry.warehouse.connection import Query

TRACK_RECORD = (
    *("prediction", "counted", "hits", "hit_rate", "hit_rate_low", "hit_rate_high"),
    *("mean_error_in_se", "bias_z", "misses_tail_probability", "verdict"),
)
QUALITY_SCOPES = ("everything", "model")
EVERYTHING: Query = {"where": "version_column = 'all'"}
# all that is decided from: a connection that stayed open would block `dbt build`
READ: dict[str, Query] = {
    "health": {},
    "windows": {},
    "knobs": {},
    "inputs": {},
    "decision_hit_rate": {"columns": TRACK_RECORD, "where": "counted > 0"},
    "integrity_checks": {},
    "burn_alerts": {},
    # an outcome that is still awaited would make a repetition another decision
    "decision_outcomes": {"where": "status = 'realised'"},
    "reference_policy": {},
    "routing_candidates": {},
    "routing_constraints": {},
    "routing_prices": {},
    "routing_contexts": {"names": NAMED, "order_by": "interaction_id"},
    "triage_features": {
        "names": [*CATEGORICAL, "decision_window"],
        "order_by": "interaction_id",
    },
    "drift": {},
    "failure_drivers": {},
    "budget_burn": {},
    "failover_arms": {"where": "choice = 1"},
    "cost_forecast": {},
    "cost_drivers": {},
    "release_slices": EVERYTHING,
    "release_latencies": EVERYTHING,
    "risk_slices": {},
    "model_hotspots": {},
    "health_by_day": {},
    "unit_costs_by_day": {},
    # what is drawn and not labelled would make a repetition another decision
    "quality_rates": {"where": f"audit_labels > 0 and scope_kind in {QUALITY_SCOPES}"},
}
