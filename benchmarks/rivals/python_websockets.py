"""The scenarios over Python's `websockets` and asyncio; see ../load/scenarios.hpp."""
import argparse
import asyncio
import ctypes
import gc
import json
import ssl
import struct
import time

import websockets

parser = argparse.ArgumentParser()
for name, default in (("scenario", "idle"), ("ca", "")):
    parser.add_argument("--" + name, default=default)
for name, default in (("port", 0), ("streams", 1000), ("messages", 100), ("size", 128), ("batch", 100),
                      ("pause-us", 100000), ("seconds", 2)):
    parser.add_argument("--" + name, type=int, default=default)
a = parser.parse_args()
out = {"streams": a.streams}


def resident_kb():
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    with open("/proc/self/status") as status:
        return next(float(line.split()[1]) for line in status if line.startswith("VmRSS:"))


async def connect_all(count):
    context = ssl.create_default_context(cafile=a.ca) if a.ca else None
    url = f"{'wss' if a.ca else 'ws'}://127.0.0.1:{a.port}/"
    gate = asyncio.Semaphore(64)

    async def one():
        async with gate:
            return await websockets.connect(url, ssl=context, compression=None, open_timeout=60)

    return await asyncio.gather(*(one() for _ in range(count)))


async def timed(count, work):
    cpu, wall = time.process_time(), time.monotonic()
    await work
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    out.update(cpu_us_per_message=cpu / count * 1e6, messages_per_s=count / wall, busy_share=cpu / wall,
               cpu_s_per_gb=cpu / (count * a.size / 1e9), gb_per_s=count * a.size / 1e9 / wall)


def check(message):
    if isinstance(message, str):
        message = message.encode()
    if message != b"x" * a.size:
        raise SystemExit("a message is not what was sent")


async def receive(session):
    await session.send(f"send {a.size} {a.messages} {a.batch}")
    for _ in range(a.messages):
        check(await session.recv())


async def echo(sessions, rounds):
    for i in range(rounds):
        session = sessions[i % len(sessions)]
        await session.send("x" * a.size)
        check(await session.recv())


async def ticks(session, seen):
    await session.send(f"tick {a.size} {a.messages} {a.pause_us}")
    for _ in range(a.messages):
        sent = struct.unpack_from("<d", await session.recv())[0]
        seen.append(time.monotonic() * 1e6 - sent)


async def idle():
    first = await connect_all(1)
    memory, cpu, wall = resident_kb(), time.process_time(), time.monotonic()
    sessions = await connect_all(a.streams)
    out["cpu_us_per_connect"] = (time.process_time() - cpu) / a.streams * 1e6
    out["connects_per_s"] = a.streams / (time.monotonic() - wall)
    out["resumed_share"] = 0
    parked = [asyncio.ensure_future(s.recv()) for s in sessions]
    cpu = time.process_time()
    await asyncio.sleep(a.seconds)
    if a.seconds > 0:
        out["cpu_us_per_s_at_rest"] = (time.process_time() - cpu) / a.seconds * 1e6
    out["kb_per_stream"] = (resident_kb() - memory) / a.streams
    del first, parked


async def main():
    if a.scenario == "idle":
        await idle()
        return
    sessions = await connect_all(a.streams)
    if a.scenario == "receive":
        await asyncio.gather(*(receive(s) for s in sessions))
        await timed(a.streams * a.messages, asyncio.gather(*(receive(s) for s in sessions)))
    elif a.scenario == "echo":
        await echo(sessions, a.streams)
        await timed(a.messages, echo(sessions, a.messages))
    elif a.scenario == "rate":
        seen = []
        await timed(a.streams * a.messages, asyncio.gather(*(ticks(s, seen) for s in sessions)))
        seen.sort()
        for name, q in (("p50_us", 0.5), ("p99_us", 0.99), ("p999_us", 0.999)):
            out[name] = seen[int(q * (len(seen) - 1))]
    else:
        raise SystemExit("unknown scenario: " + a.scenario)


async def run():
    await main()
    print(json.dumps(out), flush=True)
    import os
    os._exit(0)  # closing 10,000 streams is not what is measured


asyncio.run(run())
