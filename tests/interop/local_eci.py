"""Points the real package at the local server: its own client object is replaced by one with the
local endpoint, as its users would do for any other host. Nothing else of it is touched."""

import logging
import os
import random
import string

from alibabacloud_eci20180808.client import Client
from alibabacloud_tea_openapi.models import Config

logging.getLogger("eci-as-sandbox").setLevel(logging.WARNING)
logging.getLogger("eci-as-sandbox.api").setLevel(logging.WARNING)


def local_client():
    endpoint = os.environ["ECI_SANDBOX_ENDPOINT"]
    protocol, host = endpoint.split("://")
    return Client(
        Config(
            access_key_id=os.environ["ECI_SANDBOX_ACCESS_KEY_ID"],
            access_key_secret=os.environ["ECI_SANDBOX_ACCESS_KEY_SECRET"],
            region_id=os.environ["ECI_SANDBOX_REGION_ID"],
            protocol=protocol,
            endpoint=host,
            read_timeout=60000,
            connect_timeout=60000,
        )
    )


def random_text(size):
    alphabet = string.ascii_letters + string.digits + " äöü你好\t'\"\\$`"
    return "".join(random.choice(alphabet) for _ in range(size))
