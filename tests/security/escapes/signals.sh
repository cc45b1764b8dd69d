# Signals to the server, to its keeper and to everybody by number
# without isolation: do not run
for signal in 0 1 9 15 19; do
    refused "signal $signal to the server" kill -$signal "$HOST_PID"
    refused "signal $signal to the keeper" kill -$signal "$KEEPER_PID"
    refused "signal $signal to the server's group" kill -$signal -- "-$HOST_GROUP"
done
# Everything above the box's own numbers.
python '
reached = 0
for pid in range(100000, 100000 + 4096):
    if attempt(os.kill, pid, 0) != "ESRCH": reached += 1
expect("processes by number", "reached" if reached else "none", "none")
expect("pid 1, of the box, can not be killed from inside", "alive" if attempt(os.kill, 1, 9) in ("ok", "EPERM") and os.path.exists("/proc/1") else "gone", "alive")
'
