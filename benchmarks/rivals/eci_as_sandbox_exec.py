"""Exec round trips, open exec streams and tmux waits of the Python package eci-as-sandbox (asyncio client),
against the same server as ../load/exec_client.cpp; settings from the environment. The package verifies with the
certificates of SSL_CERT_FILE, which it reads anew for each connection, as it does those of the system."""
import argparse
import asyncio
import ctypes
import gc
import json
import os
import re
import time
from urllib.parse import urlparse

from alibabacloud_eci20180808.client import Client as EciClient
from alibabacloud_tea_openapi.models import Config
from eci_as_sandbox import AsyncEciSandbox

parser = argparse.ArgumentParser()
parser.add_argument("--scenario", default="exec")
for name, default in (("count", 100), ("at-once", 1), ("streams", 100), ("seconds", 5)):
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
                                     ca=os.environ.get("ECI_SANDBOX_CA_FILE") or None,
                                     connect_timeout=600_000, read_timeout=600_000))
    return client


async def new_box(client):
    made = await client.create(image="bench", name="bench", cpu=0.25, memory=0.5)
    assert made.success, made.error_message
    while (await client.get_sandbox(made.sandbox.sandbox_id)).data.status != "Running":
        await asyncio.sleep(0.05)
    return made.sandbox.sandbox_id


# Where many connections are made at once, some of the package run into its own timeouts: they are counted.
failed = 0


async def one_exec(client, box):
    global failed
    run = await client.exec_command(box, ["echo", "x"], container_name="sandbox")
    failed += not run.success
    assert not run.success or run.output == "x\n", run.output


async def in_turn(client, box, count):
    for _ in range(count):
        await one_exec(client, box)


async def execs(client, box):
    global failed
    count = a.count // a.at_once * a.at_once
    await asyncio.gather(*(one_exec(client, box) for _ in range(a.at_once)))
    failed = 0
    cpu, wall = time.process_time(), time.monotonic()
    await asyncio.gather(*(in_turn(client, box, count // a.at_once) for _ in range(a.at_once)))
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    out.update(at_once=a.at_once, execs_per_s=count / wall, cpu_us_per_exec=cpu / count * 1e6, busy_share=cpu / wall,
               failed_share=failed / count)


# A stream tells nothing until it ends: open is when nothing more happens.
async def settle(pause):
    last = -1.0
    while time.process_time() - last > 0.02 * pause:
        last = time.process_time()
        await asyncio.sleep(pause)


async def open_streams(client, box):
    await one_exec(client, box)
    memory, cpu = resident_kb(), time.process_time()
    running = []
    for i in range(a.streams):
        running.append(asyncio.ensure_future(client.exec_command(box, ["sleep", "600"], container_name="sandbox")))
        # Few at a time: none is to run into a timeout.
        if i % 16 == 15:
            await settle(0.2)
    await settle(1)
    ended = sum(f.done() for f in running)
    assert ended == 0, f"{ended} streams ended"
    out.update(streams=a.streams, cpu_us_per_open=(time.process_time() - cpu) / a.streams * 1e6,
               kb_per_stream=(resident_kb() - memory) / a.streams)


# The last thing that a job does is to print the time; client and server are one machine.
async def one_tmux_wait(client, box, session, delays):
    end = await client.tmux_wait(box, session, container_name="sandbox", timeout=300)
    now = time.time()
    assert end.success and end.exit_code == 0, end
    printed = float(re.search(r"^\d{10}\.\d{9}$", end.output, re.M)[0])
    assert now - 300 < printed <= now, end.output
    delays.append((now - printed) * 1e6)


async def tmux(client, box):
    script, sessions, delays = f"sleep {a.seconds}; date +%s.%N", [], []
    for _ in range(a.count):
        begun = await client.tmux_start(box, script, container_name="sandbox")
        assert begun.success, begun.error_message
        sessions.append(begun.session_id)
    cpu, wall = time.process_time(), time.monotonic()
    await asyncio.gather(*(one_tmux_wait(client, box, s, delays) for s in sessions))
    delays.sort()
    out.update(waits=a.count, seconds=time.monotonic() - wall,
               cpu_us_per_wait=(time.process_time() - cpu) / a.count * 1e6,
               p50_us=delays[int(0.5 * (a.count - 1))], p99_us=delays[int(0.99 * (a.count - 1))], max_us=delays[-1])


async def main():
    client = new_client()
    box = await new_box(client)
    await {"exec": execs, "open": open_streams, "tmux": tmux}[a.scenario](client, box)
    print(json.dumps(out), flush=True)
    os._exit(0)


asyncio.run(main())
