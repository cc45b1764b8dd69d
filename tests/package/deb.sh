# The Debian package: what is in it, that it installs, serves, and leaves nothing. Sourced by run.

as_root=""
[ "$(id -u)" = 0 ] || as_root=sudo
deb_ours=""

deb_clean() {
    [ -z "$deb_ours" ] || $as_root dpkg --purge ecisbx >/dev/null 2>&1
}

deb_built() {
    [ ! -f "$out-deb.done" ] || return 0
    static_tree && rm -rf "$out-deb" && mkdir "$out-deb" &&
        (cd "$out-static" && cpack -G DEB -B "$out-deb") && touch "$out-deb.done"
}

way_deb() {
    local package=$out-deb/ecisbx_0.1.0_$(dpkg --print-architecture).deb
    deb_built && deb_contents "$package" || return 1
    if dpkg-query -W -f '${Status}' ecisbx 2>/dev/null | grep -q 'ok installed'; then
        echo "an ecisbx is installed on this machine already; it is left alone"
        return 1
    fi
    deb_ours=yes
    $as_root dpkg -i "$package" && deb_installed && deb_unit && deb_serves && deb_leaves_nothing
    local result=$?
    deb_clean
    deb_ours=""
    return $result
}

deb_contents() {  # PACKAGE
    local depends
    depends=$(dpkg-deb -f "$1" Depends)
    for need in bubblewrap libc6 libssl3 libseccomp2 libboost-json1.81.0 libprometheus-cpp-core1.0; do
        [[ $depends == *$need* ]] || { echo "$need is not among: $depends"; return 1; }
    done
    expect name ecisbx "$(dpkg-deb -f "$1" Package)" && expect version 0.1.0 \
        "$(dpkg-deb -f "$1" Version)" && expect conffiles /etc/default/ecisbx \
        "$(dpkg-deb -I "$1" conffiles)" && expect "owners of files" root/root \
        "$(dpkg-deb -c "$1" | awk '{print $2}' | sort -u)" || return 1
    diff - <(dpkg-deb -c "$1" | awk '$1 !~ /^d/ {print $1, $6}' | sort -k2) <<'END'
-rw-r--r-- ./etc/default/ecisbx
-rwxr-xr-x ./usr/bin/ecisbx
-rw-r--r-- ./usr/lib/systemd/system/ecisbx.service
-rwxr-xr-x ./usr/libexec/ecisbx/serve
-rw-r--r-- ./usr/share/bash-completion/completions/ecisbx
-rw-r--r-- ./usr/share/doc/ecisbx/copyright
-rw-r--r-- ./usr/share/man/man1/ecisbx.1.gz
-rw-r--r-- ./usr/share/zsh/vendor-completions/_ecisbx
END
}

deb_installed() {
    expect version "ecisbx 0.1.0" "$(/usr/bin/ecisbx --version)" || return 1
    # A machine may be set up to leave manual pages out.
    if [ -e /usr/share/man/man1/ecisbx.1.gz ]; then
        MANPAGER=cat MANWIDTH=80 man ecisbx >"$work/man" 2>"$work/man.err" || return 1
    else
        dpkg-deb --fsys-tarfile "$out"-deb/ecisbx_*.deb |
            tar -xO ./usr/share/man/man1/ecisbx.1.gz >"$work/ecisbx.1.gz" &&
            MANPAGER=cat MANWIDTH=80 man -l "$work/ecisbx.1.gz" >"$work/man" 2>"$work/man.err" ||
            return 1
    fi
    expect "complaints of man" "" "$(cat "$work/man.err")" &&
        grep -q 'ecisbx serve' "$work/man" || return 1
    expect "bash completes" serve "$(bash -c '
        . /usr/share/bash-completion/completions/ecisbx
        COMP_WORDS=(ecisbx serv) COMP_CWORD=1; _ecisbx; echo "${COMPREPLY[@]}"')" &&
        expect "zsh knows" _ecisbx "$(zsh -fc '
            fpath=(/usr/share/zsh/vendor-completions $fpath)
            autoload -U compinit; compinit -D -u; echo $_comps[ecisbx]')"
}

deb_unit() {
    # Complaints about other units of this machine are not ours.
    systemd-analyze verify ecisbx.service 2>"$work/verify" || true
    expect "complaints of systemd-analyze verify" "" "$(grep -i ecisbx "$work/verify")" || return 1
    systemd-analyze security --offline=true --no-pager --threshold=35 \
        /usr/lib/systemd/system/ecisbx.service >"$work/security" ||
        { cat "$work/security"; return 1; }
    tail -n 1 "$work/security"
}

# As the unit starts it: a user without rights, no way to get some, its own folder, the options of
# /etc/default/ecisbx but for the port, which may be taken here.
deb_serves() {
    local state=$work/service options
    mkdir -m 0711 -p "$state" && chmod 0711 "$work" || return 1
    local as=""
    if [ "$(id -u)" = 0 ]; then
        chown nobody "$state"
        as="setpriv --reuid nobody --regid nogroup --clear-groups --no-new-privs --bounding-set -all"
    fi
    options=$(. /etc/default/ecisbx && echo "${ECISBX_SERVE_OPTIONS/:8080/:0}")
    # shellcheck disable=SC2086
    (cd / && exec $as /usr/libexec/ecisbx/serve --state "$state/ecisbx" \
        --env-file "$state/client.env" --runtime "$runtime" $options) >"$work/unit.log" 2>&1 &
    local unit=$! result=1
    for _ in $(seq 200); do
        [ ! -f "$state/client.env" ] || break
        kill -0 $unit 2>/dev/null || break
        sleep 0.1
    done
    if [ -f "$state/client.env" ]; then
        expect "mode of the settings" 600 "$(stat -c %a "$state/client.env")" &&
            expect "a command" "42" "$(cd "$work" && env -i PATH="$PATH" HOME="$work/home" \
                ecisbx --env-file "$state/client.env" run --image alpine -- sh -c 'echo $((6*7))')" &&
            result=0
    fi
    kill $unit && wait $unit
    [ $result = 0 ] || cat "$work/unit.log"
    return $result
}

deb_leaves_nothing() {
    local left
    echo "# mine" | $as_root tee -a /etc/default/ecisbx >/dev/null
    $as_root dpkg -r ecisbx && [ -f /etc/default/ecisbx ] && [ ! -e /usr/bin/ecisbx ] &&
        $as_root dpkg --purge ecisbx || return 1
    left=$(find /etc /usr /var/lib -name '*ecisbx*' -not -path '*/site-packages/*' \
        -not -path "$root/*" 2>/dev/null)
    expect "left behind" "" "$left"
}

# The unit under a real systemd, which is started for this in a container that shows this system
# with the package's files on top, and is gone afterwards.
way_service() {
    deb_built || return 1
    [ "$(id -u)" = 0 ] || { echo "needs root"; return 1; }
    mkdir -p "$work/layer" && $as_root unshare --mount "$here/service_in_container" \
        "$out"-deb/ecisbx_*.deb "$work/layer" || return 1
    expect "said by the service" "$(printf 'started\n42\nsandbox\nagain\n42\nstopped')" "$(cat "$work/layer/said")"
}
