# Looking into other processes
python '
buffer = ctypes.create_string_buffer(8)
here = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 8)
there = (ctypes.c_size_t * 2)(0x400000, 8)
host = int(os.environ["HOST_PID"])
for pid, what in ((host, "the server"), (int(os.environ["KEEPER_PID"]), "the keeper")):
    expect("ptrace attach to " + what, call(101, 16, pid, 0, 0), "ESRCH", "EPERM")
    expect("ptrace seize of " + what, call(101, 0x4206, pid, 0, 0), "ESRCH", "EPERM")
    expect("process_vm_readv of " + what, call(310, pid, here, 1, there, 1, 0), "ESRCH", "EPERM")
    expect("process_vm_writev of " + what, call(311, pid, here, 1, there, 1, 0), "ESRCH", "EPERM")
    expect("pidfd_open of " + what, call(434, pid, 0), "ESRCH", "EINVAL")
    expect("kcmp with " + what, call(312, os.getpid(), pid, 1, 0, 0), "ESRCH", "EPERM", "ENOSYS")
'
# What could be traced, the box'"'"'s own first processes, has no more rights than any other.
for pid in 1 2; do
    for line in 'CapEff:.0000000000000000' 'CapBnd:.0000000000000000' 'NoNewPrivs:.1' 'Seccomp:.2'; do
        if [ $pid = 1 ] && [ "$line" = 'CapBnd:.0000000000000000' ]; then continue; fi
        grep -q "^$line" /proc/$pid/status && held "pid $pid $line" || escaped "pid $pid: not $line"
    done
done
