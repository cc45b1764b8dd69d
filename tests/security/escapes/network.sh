# Services of the host, and the metadata services of clouds
# without isolation: escapes
python '
def reach(address, port, family=socket.AF_INET):
    s = socket.socket(family)
    s.settimeout(3)
    try: s.connect((address, port)); return "ok"
    except socket.timeout: return "TIMEOUT"
    except OSError as e: return errno.errorcode.get(e.errno, str(e.errno))
api, admin = int(os.environ["API_PORT"]), int(os.environ["ADMIN_PORT"])
for port, what in ((api, "the API"), (admin, "the admin listener")):
    for address in ("127.0.0.1", "127.1.2.3", "0.0.0.0"):
        expect("%s at %s" % (what, address), reach(address, port), "ECONNREFUSED", "ENETUNREACH")
    expect(what + " at ::1", reach("::1", port, socket.AF_INET6), "ECONNREFUSED", "ENETUNREACH", "EADDRNOTAVAIL")
'
[ -n "${UNISOLATED:-}" ] && exit 0
python '
def reach(address, port):
    s = socket.socket(); s.settimeout(3)
    return attempt(s.connect, (address, port))
for address in ("169.254.169.254", "100.100.100.200", "169.254.170.2", "192.0.2.1", "10.0.0.1", "172.17.0.1", "192.168.0.1", "8.8.8.8"):
    expect("connect to " + address, reach(address, 80), "ENETUNREACH")
expect("IPv6", attempt(socket.socket(socket.AF_INET6).connect, ("2001:db8::1", 80)), "ENETUNREACH", "EADDRNOTAVAIL")
expect("raw socket", attempt(socket.socket, socket.AF_INET, socket.SOCK_RAW, 1), "EPERM", "EACCES")
expect("packet socket", call(41, 17, 3, 0), "EAFNOSUPPORT")
expect("vsock", call(41, 40, 1, 0), "EAFNOSUPPORT")
expect("crypto of the kernel", call(41, 38, 5, 0), "EAFNOSUPPORT")
expect("bluetooth", call(41, 31, 3, 0), "EAFNOSUPPORT")
expect("key management", call(41, 15, 3, 2), "EAFNOSUPPORT")
links = [line.split(":")[0].strip() for line in open("/proc/net/dev").read().splitlines()[2:]]
expect("interfaces", ",".join(links), "lo")
expect("abstract unix sockets", "seen" if "@" in open("/proc/net/unix").read() else "none", "none")
'
for path in /run/docker.sock /var/run/docker.sock /run/containerd /run/systemd /run/dbus /run/user /run/snapd.socket /tmp/.X11-unix; do absent $path; done
