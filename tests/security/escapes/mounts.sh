# Mounting, remounting, unmounting and other roots
refused "mount tmpfs" mount -t tmpfs none /mnt
refused "mount proc" mount -t proc none /mnt
refused "mount sysfs" mount -t sysfs none /mnt
refused "mount cgroup" mount -t cgroup2 none /mnt
refused "mount devpts" mount -t devpts none /mnt
refused "mount overlay" mount -t overlay none -o lowerdir=/usr,upperdir=/tmp,workdir=/run /mnt
refused "bind" mount --bind / /tmp
refused "remount / rw" mount -o remount,rw /
refused "remount /usr rw" mount -o remount,rw,bind /usr
refused "remount /proc/sys rw" mount -o remount,rw /proc
refused "umount /proc" umount /proc
refused "umount -l /tmp" umount -l /tmp
refused "umount -a" sh -c 'umount -a 2>&1 | grep -q . && exit 1'
refused "make shared" mount --make-rshared /
refused "pivot_root" pivot_root / /tmp
refused "chroot" chroot / true
python '
expect("mount", call(165, b"none", b"/mnt", b"tmpfs", 0, 0), "EPERM")
expect("mount by remount of /", call(165, b"none", b"/", b"", 32 | 4096, 0), "EPERM")
expect("umount2", call(166, b"/proc", 2), "EPERM")
expect("pivot_root", call(155, b".", b"."), "EPERM")
expect("chroot", call(161, b"/"), "EPERM")
for name, number in (("open_tree", 428), ("move_mount", 429), ("fsopen", 430), ("fsconfig", 431),
                     ("fsmount", 432), ("fspick", 433), ("mount_setattr", 442)):
    expect(name, call(number, 0, 0, 0, 0, 0), "EPERM")
for name, number in (("statmount", 457), ("listmount", 458)):
    expect(name, call(number, 0, 0, 0, 0), "EPERM", "ENOSYS", "EFAULT", "EINVAL")
'
