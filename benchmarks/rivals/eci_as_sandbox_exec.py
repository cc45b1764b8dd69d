"""Exec round trips and open exec streams of the Python package eci-as-sandbox (asyncio client), against
the same server as ../load/exec_client.cpp; settings from the environment."""
import argparse
import asyncio
import ctypes
import gc
import json
import os
import time
from urllib.parse import urlparse

from alibabacloud_eci20180808.client import Client as EciClient
from alibabacloud_tea_openapi.models import Config
from eci_as_sandbox import AsyncEciSandbox

parser = argparse.ArgumentParser()
parser.add_argument("--scenario", default="exec")
for name, default in (("count", 100), ("at-once", 1), ("streams", 100)):
    parser.add_argument("--" + name, type=int, default=default)
a = parser.parse_args()
out = {}


def resident_kb():
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    with open("/proc/self/status") as status:
        return next(float(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def new_client():
    endpoint = urlparse(os.environ["ECI_SANDBOX_ENDPOINT"])
    key, secret = os.environ["ECI_SANDBOX_ACCESS_KEY_ID"], os.environ["ECI_SANDBOX_ACCESS_KEY_SECRET"]
    client = AsyncEciSandbox(access_key_id=key, access_key_secret=secret, region_id="cn-shanghai")
    # The package has no way to set an endpoint with a port; this is how its own tests would do it.
    client.client = EciClient(Config(access_key_id=key, access_key_secret=secret, region_id="cn-shanghai",
                                     protocol=endpoint.scheme, endpoint=endpoint.netloc,
                                     ca=os.environ.get("ECI_SANDBOX_CA_FILE") or None))
    return client


async def new_box(client):
    made = await client.create(image="bench", name="bench", cpu=0.25, memory=0.5)
    assert made.success, made.error_message
    while (await client.get_sandbox(made.sandbox.sandbox_id)).data.status != "Running":
        await asyncio.sleep(0.05)
    return made.sandbox.sandbox_id


async def one_exec(client, box):
    run = await client.exec_command(box, ["echo", "x"], container_name="sandbox")
    assert run.success and run.output == "x\n", run


async def in_turn(client, box, count):
    for _ in range(count):
        await one_exec(client, box)


async def execs(client, box):
    count = a.count // a.at_once * a.at_once
    await asyncio.gather(*(one_exec(client, box) for _ in range(a.at_once)))
    cpu, wall = time.process_time(), time.monotonic()
    await asyncio.gather(*(in_turn(client, box, count // a.at_once) for _ in range(a.at_once)))
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    out.update(at_once=a.at_once, execs_per_s=count / wall, cpu_us_per_exec=cpu / count * 1e6, busy_share=cpu / wall)


async def open_streams(client, box):
    await one_exec(client, box)
    memory, cpu = resident_kb(), time.process_time()
    running = [asyncio.ensure_future(client.exec_command(box, ["sleep", "600"], container_name="sandbox"))
               for _ in range(a.streams)]
    # A stream tells nothing until it ends: open is when nothing more happens.
    last = -1.0
    while time.process_time() - last > 0.02:
        last = time.process_time()
        await asyncio.sleep(1)
    failed = sum(f.done() for f in running)
    assert failed == 0, f"{failed} streams ended"
    out.update(streams=a.streams, cpu_us_per_open=(time.process_time() - cpu) / a.streams * 1e6,
               kb_per_stream=(resident_kb() - memory) / a.streams)


async def main():
    client = new_client()
    box = await new_box(client)
    await (execs if a.scenario == "exec" else open_streams)(client, box)
    print(json.dumps(out), flush=True)
    os._exit(0)


asyncio.run(main())
