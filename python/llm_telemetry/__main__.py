"""`python -m llm_telemetry`, as the command `llm-telemetry`."""

import sys

from llm_telemetry.cli import main

sys.exit(main())
