# New namespaces, in which one would be root, and the ones of others
for flag in U m n p i u C T; do
    refused "unshare -$flag" unshare -$flag true
done
refused "unshare -Urm and mount" unshare -Urm mount -t tmpfs none /tmp
for kind in mnt user net pid ipc uts cgroup; do
    refused "nsenter 1 $kind" nsenter --$( [ $kind = mnt ] && echo mount || echo $kind )=/proc/1/ns/$kind true
done
python '
flags = {"newns": 0x20000, "newcgroup": 0x2000000, "newuts": 0x4000000, "newipc": 0x8000000,
         "newuser": 0x10000000, "newpid": 0x20000000, "newnet": 0x40000000}
for name, flag in flags.items():
    expect("unshare " + name, call(272, flag), "EPERM")
    expect("clone " + name, call(56, flag | 17, 0, 0, 0, 0), "EPERM")
    expect("clone with high bits " + name, call(56, (1 << 32) | flag | 17, 0, 0, 0, 0), "EPERM")
expect("clone3", call(435, 0, 88), "ENOSYS")
expect("setns", call(308, -1, 0), "EPERM")
'
