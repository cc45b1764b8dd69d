# Switches of the kernel in /proc
for file in kernel/core_pattern kernel/hostname kernel/domainname kernel/modprobe kernel/hotplug \
    kernel/randomize_va_space kernel/panic kernel/sysrq kernel/yama/ptrace_scope \
    kernel/ns_last_pid kernel/perf_event_paranoid kernel/unprivileged_bpf_disabled vm/drop_caches \
    vm/overcommit_memory vm/mmap_min_addr fs/binfmt_misc/register fs/suid_dumpable fs/protected_symlinks \
    fs/file-max net/ipv4/ip_forward net/ipv4/ping_group_range net/core/bpf_jit_enable user/max_user_namespaces; do
    [ -e "/proc/sys/$file" ] && refused "write /proc/sys/$file" sh -c "value=\$(cat /proc/sys/$file || echo 1); echo \"\$value\" > /proc/sys/$file"
done
# Since Linux 6.14 each pid namespace has one of its own; the test looks whether the host's stays.
echo 30000 2>/dev/null > /proc/sys/kernel/pid_max
for file in /proc/sysrq-trigger /proc/1/uid_map /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups; do
    [ -e "$file" ] && refused "write $file" sh -c "echo 0 > $file"
done
for file in /proc/kcore /proc/kmsg /proc/kpagecount /proc/kpageflags /proc/slabinfo /proc/vmallocinfo /proc/mtrr; do
    [ -e "$file" ] && refused "read $file" dd if="$file" of=/dev/null bs=8 count=1
done
python '
try: addresses = {line.split()[0] for line in open("/proc/kallsyms")}
except OSError: addresses = set()
expect("addresses of the kernel", "shown" if addresses - {"0" * 16} else "none", "none")
'
