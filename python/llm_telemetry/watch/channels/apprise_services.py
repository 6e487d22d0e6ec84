"""Every service that apprise knows, by its URL: an extra.

It sends without a second try, and only what it says all services took has been sent.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from llm_telemetry.errors import InputError
from llm_telemetry.watch.channels import texts
from llm_telemetry.watch.channels.patience import Patience
from llm_telemetry.watch.channels.settings import Channel
from llm_telemetry.watch.message import Delivery, Message


def check(channel: Channel) -> None:
    """Raise InputError where apprise is not installed or does not know the URL."""
    _services(channel)


def send(
    channel: Channel, message: Message, now: datetime, patience: Patience
) -> Delivery:
    """Send a message to the service of the URL."""
    services = _services(channel)
    name = services[0].service_name
    title = texts.one_line(message.title)
    body = texts.plain(message).removeprefix(title).strip() or title
    try:
        with _unlogged():
            # not a bool: compared with False it is not equal even where all failed
            is_taken = bool(services.notify(body=body, title=title))
    except Exception:
        # of a plugin, with a text that may quote the URL
        return Delivery(False, 1, f"apprise: {name} failed")
    return Delivery(is_taken, 1, f"apprise: {name} {_words(is_taken)}")


def _words(is_taken: bool) -> str:
    return "took it" if is_taken else "did not take it"


def _services(channel: Channel) -> Any:
    try:
        import apprise
    except ImportError as error:
        raise InputError(
            f"channel {channel.name}: type: apprise: {error}: "
            "pip install 'llm-production-telemetry[apprise]'"
        ) from error
    # else a POST that is redirected becomes a GET that counts as a success
    asset = apprise.AppriseAsset(http_redirects=False, secure_logging=True)
    services = apprise.Apprise(asset=asset)
    try:
        with _unlogged():
            is_known = services.add(channel.secret("url") or "")
    except Exception:
        # of a plugin, with a text that may quote the URL
        is_known = False
    if not is_known or len(services) != 1:
        variable = channel.settings["url_env"]
        raise InputError(
            f"channel {channel.name}: {variable}: not one URL that apprise knows"
        )
    return services


@contextmanager
def _unlogged() -> Iterator[None]:
    """Log nothing meanwhile: plugins, and the clients below them, log their URLs."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
