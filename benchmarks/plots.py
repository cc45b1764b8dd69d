"""The plots of the benchmarks' page: SVG that is the same for the same figures, and legible on light and dark."""
import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot, ticker  # noqa: E402

INK = "#7d8590"  # reads on white and on black
COLOURS = {"ecisbx": "#1a9e6f", "beast": "#8e7cc3", "go gorilla": "#3d8fd1", "python websockets": "#d99a1c",
           "eci-as-sandbox": "#d9604c", "SSL_read loop": "#7d8590"}
SETTINGS = {"svg.hashsalt": "ecisbx", "svg.fonttype": "none", "font.size": 9, "axes.titlesize": 10, "axes.labelsize": 9,
            "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": INK, "xtick.color": INK, "ytick.color": INK,
            "axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False, "savefig.transparent": True}


def save(figure, folder, name, where):
    figure.text(0.01, 0.01, where, fontsize=6)
    figure.tight_layout(rect=(0, 0.05, 1, 1))
    path = folder / f"{name}.svg"
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
    # One line end, whatever matplotlib writes.
    path.write_text("\n".join(line.rstrip() for line in path.read_text().splitlines()) + "\n")


def short(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def beside(axis, x, y, text):
    axis.annotate(text, (x, y), xytext=(3, 0), textcoords="offset points", va="center", fontsize=8)


def bars(axis, found, title, unit, titles):
    """`found`: (client, label, figure), least first."""
    found = sorted(found, key=lambda x: x[2])
    axis.barh(range(len(found)), [x[2] for x in found], color=[COLOURS[x[0]] for x in found], height=0.65)
    axis.set_yticks(range(len(found)), [titles.get(x[1], x[1]) for x in found])
    for i, x in enumerate(found):
        beside(axis, x[2], i, short(x[2]))
    axis.set_title(title, loc="left")
    axis.set_xlabel(unit)
    axis.margins(x=0.2)
    axis.invert_yaxis()


def pairs(axis, found, title, unit, names, titles):
    """`found`: (client, (figure, figure)), drawn as two bars each, the second one pale."""
    found = sorted(found, key=lambda x: x[1][1])
    for which, name in enumerate(names):
        for i, (client, values) in enumerate(found):
            place = i + (which - 0.5) * 0.36
            axis.barh(place, values[which], height=0.34, color=COLOURS[client], alpha=1 if which == 0 else 0.5)
            beside(axis, values[which], place, f"{name} {short(values[which])}")
    axis.set_yticks(range(len(found)), [titles.get(c, c) for c, _ in found])
    axis.set_title(title, loc="left")
    axis.set_xlabel(unit)
    axis.margins(x=0.25)
    axis.invert_yaxis()


def lines(axis, series, title, x_label, y_label):
    """`series`: (label, colour, dashes, points); both axes logarithmic."""
    for label, colour, dashes, points in series:
        axis.plot(*zip(*points), marker="o", markersize=4, label=label, color=colour, linestyle=dashes)
    axis.set_xscale("log")
    axis.set_yscale("log")
    ticks = sorted({x for _, _, _, points in series for x, _ in points})
    axis.set_xticks(ticks, [f"{x:,}" for x in ticks])
    axis.xaxis.set_minor_locator(ticker.NullLocator())
    axis.yaxis.set_major_formatter(ticker.FuncFormatter(lambda v, _: short(v)))
    axis.yaxis.set_minor_formatter(ticker.FuncFormatter(
        lambda v, _: short(v) if f"{v:e}"[0] in "25" else ""))
    axis.tick_params(which="minor", labelsize=8)
    axis.grid(which="major", color=INK, alpha=0.25)
    axis.set_title(title, loc="left")
    axis.set_xlabel(x_label)
    axis.set_ylabel(y_label)
    axis.legend(fontsize=8)


def draw(folder, machine, rows, clients, titles, get, curve, exponent, figures):
    folder.mkdir(parents=True, exist_ok=True)
    for name in figures:
        (folder / f"{name}.svg").unlink(missing_ok=True)
    where = f"{machine['cores']} cores, {machine['cpu']}, Linux {machine['kernel']}, profile {machine['profile']}"
    with matplotlib.rc_context(SETTINGS):
        for name, one in drawings(rows, clients, titles, get, curve, exponent).items():
            save(one, folder, name, where)


def drawings(rows, clients, titles, get, curve, exponent):
    def of(scenario, key):
        return [(c, c, get(scenario, c, key)) for c in clients if get(scenario, c, key) is not None]

    def numbers(name):
        found = [s for s, _ in rows if s.startswith(name + " ") and s.endswith("/tls")]
        return max(found, key=lambda s: int(s[:-4].rpartition(" ")[2]), default=None)

    drawn = {}

    def panels(name, each, size):
        each = [x for x in each if x[1]]
        if not each:
            return
        drawn[name], axes = pyplot.subplots(1, len(each), figsize=size, squeeze=False)
        for axis, (draw_one, found, *rest) in zip(axes[0], each):
            draw_one(axis, found, *rest)

    panels("idle", [
        (bars, of("idle 1000/tls", "kb_per_stream"), "1,000 idle TLS streams", "resident memory, KB per stream", titles),
        (bars, of("idle 1000/plain", "kb_per_stream"), "1,000 idle plain streams", "resident memory, KB per stream", titles)],
        (9, 2.7))
    series = []
    for client in clients[:4]:
        points = curve("receive", "tls", client, "cpu_us_per_message")
        if len(points) > 1:
            label = f"{titles.get(client, client)}: N to the power of {exponent(points):+.2f}"
            series.append((label, COLOURS[client], "-", points))
    panels("growth", [(lines, series, "128-byte messages, TLS, client saturated", "open streams, N", "CPU per message, us")],
           (7, 3.8))
    full, resumed = numbers("connect full"), numbers("connect resumed")
    both = [(c, (get(resumed, c, "cpu_us_per_connect"), get(full, c, "cpu_us_per_connect")))
            for c in clients if full and resumed and get(full, c, "cpu_us_per_connect") and get(resumed, c, "cpu_us_per_connect")]
    panels("connect", [(pairs, both, "TCP, TLS 1.3 and WebSocket handshake", "client CPU per connect, us",
                        ("resumed", "full"), titles)], (7, 2.8))
    series = [(f"{titles.get(c, c)}, {'TLS' if kind == 'tls' else 'plain'}", COLOURS[c], dashes, curve("exec at", kind, c, "cpu_us_per_exec"))
              for c in ("ecisbx", "eci-as-sandbox") for kind, dashes in (("tls", "-"), ("plain", "--"))]
    panels("exec", [(lines, [s for s in series if s[3]], "exec round trips", "at once", "client CPU per exec, us")], (7, 3.8))
    panels("bulk", [
        (bars, of("bulk 1/tls", "cpu_s_per_gb"), "one TLS stream", "CPU, seconds per GB", titles),
        (bars, of("bulk 100/tls", "cpu_s_per_gb"), "100 TLS streams", "CPU, seconds per GB", titles)], (9, 2.7))
    both = [(c, (get("rate 1000/tls", c, "p50_us"), get("rate 1000/tls", c, "p99_us")))
            for c in clients if get("rate 1000/tls", c, "p50_us")]
    panels("latency", [(pairs, both, "1,000 TLS streams, 10 messages/s each", "latency, us", ("p50", "p99"), titles)], (7, 3))
    return drawn
