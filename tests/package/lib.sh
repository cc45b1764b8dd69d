# What the ways share: trees, the compiler's cache, the server. Sourced by run.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
out=$root/build/package
jobs=$(nproc)

# The library is compiled once per set of flags, whatever project it is part of: all trees lie as
# deep below the sources as Conan's do, and make, unlike ninja, compiles each part from its own folder, so that the paths
# that the compiler sees are the same everywhere.
export CCACHE_DIR=$out-ccache CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1 CCACHE_COMPILERCHECK=content
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
export CMAKE_GENERATOR="Unix Makefiles" CMAKE_BUILD_PARALLEL_LEVEL=$jobs
flags="-fpch-preprocess"
# As Conan's toolchain does.
[ "$(uname -m)" != x86_64 ] || flags="-m64 $flags"
plain="-DCMAKE_CXX_COMPILER=g++ -DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DCMAKE_BUILD_TYPE=Debug
  -DCMAKE_CXX_FLAGS_DEBUG=-O0"

configure() {  # SOURCE TREE [OPTION...]
    # shellcheck disable=SC2086
    cmake -S "$1" -B "$out-$2" $plain -DCMAKE_CXX_FLAGS="$flags" "${@:3}"
}

build() {  # TREE [OPTION...]
    cmake --build "$out-$1" "${@:2}"
}

# The two trees that the installed ways, the packages and the ABI list come from.
static_tree() {
    [ ! -f "$out-static.done" ] || return 0
    configure "$root" static -DECISBX_BUILD_TESTS=OFF -DECISBX_BUILD_EXAMPLES=OFF &&
        build static && touch "$out-static.done"
}
shared_tree() {
    [ ! -f "$out-shared.done" ] || return 0
    configure "$root" shared -DBUILD_SHARED_LIBS=ON -DECISBX_BUILD_PROGRAM=OFF &&
        build shared && touch "$out-shared.done"
}
installed() {  # static|shared: into $out-prefix_KIND
    [ ! -f "$out-prefix_$1.done" ] || return 0
    "$1_tree" && rm -rf "$out-prefix_$1" &&
        cmake --install "$out-$1" --prefix "$out-prefix_$1" && touch "$out-prefix_$1.done"
}

server=""
start_server() {
    [ -z "$server" ] || return 0
    static_tree || return 1
    mkdir -p "$work/home"
    "$out-static/src/cli/ecisbx" serve --tls --listen 127.0.0.1:0 --state "$work/state" \
        --runtime "$runtime" --env-file "$work/.env" >"$work/serve.log" 2>&1 &
    server=$!
    for _ in $(seq 200); do
        [ -f "$work/.env" ] && return 0
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    cat "$work/serve.log"
    server=""
    return 1
}

# Real sandboxes where the machine permits them.
runtime=bubblewrap
bwrap --unshare-all --ro-bind / / true 2>/dev/null || runtime=process

# The consumer finds .env in the folder it runs in; nobody's own settings, no question to the machine.
consume() {  # PROGRAM [ARGUMENT...]
    start_server || return 1
    (cd "$work" && env -i PATH="$PATH" HOME="$work/home" LD_LIBRARY_PATH="${library_path:-}" \
        ALIBABA_CLOUD_ECS_METADATA_DISABLED=true timeout 120 "$@") | tee "$work/said" || return 1
    [ "$(tail -n 1 "$work/said")" = "consumer: ok" ]
}

expect() {  # WHAT EXPECTED ACTUAL
    [ "$2" = "$3" ] || { echo "$1: expected '$2', got '$3'"; return 1; }
}
