# Core files, which a handler of the host would see
[ "$(ulimit -Hc)" = 0 ] && held "limit of core files" || escaped "limit of core files"
cd /tmp
/usr/bin/python3 -c 'import os; os.abort()' 2>/dev/null
[ -z "$(ls -A /tmp | grep -i core)" ] && held "no core file" || escaped "a core file"
refused "the pattern of core files" sh -c 'echo "|/tmp/x" > /proc/sys/kernel/core_pattern'
