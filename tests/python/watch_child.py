"""A process of a test, which watches one day after another for as long as it may.

    python watch_child.py FOLDER SEED DAYS

What it sends it writes into FOLDER/sent, a delivery key per line.
"""

import os
import random
import sys
import time
from pathlib import Path

from watch_site import Site, many_rules, seen

from llm_telemetry.watch.channels import Channel
from llm_telemetry.watch.message import Delivery, Message

RATIOS = (1.0, 1.0, 1.0, 1.0, 1.3, 1.6)
RULES = 6
MOST_DAYS = 200
# of sending, so that kills meet it
SECONDS = 0.004


class Child(Site):
    """A site whose messages outlive the process."""

    def send(self, channel: Channel, message: Message) -> Delivery:
        """Write down the delivery key, slowly."""
        time.sleep(SECONDS)
        line = f"{message.delivery_key}\n".encode()
        file = os.open(
            self.folder / "sent", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666
        )
        os.write(file, line)
        os.close(file)
        time.sleep(SECONDS)
        return super().send(channel, message)


def watch(folder: Path, seed: int, days: int) -> Child:
    """Watch every day in its turn; a day that was judged before is none the more."""
    rng = random.Random(seed)
    rules = many_rules(RULES)
    site = Child(folder, rules=rules, per_hour=1_000_000)
    series = {
        rule.rule_id: {
            number: [seen("a", rng.choice(RATIOS))] for number in range(MOST_DAYS)
        }
        for rule in rules
    }
    for end in range(1, days + 1):
        site.watch(
            {
                name: {number: every[number] for number in range(end)}
                for name, every in series.items()
            }
        )
    return site


if __name__ == "__main__":
    watch(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
