# One function per way to come to ecisbx. Each returns whether it works; what it prints is shown
# when it does not. Sourced by run.

way_subdirectory() {
    configure "$here/consumer/subdirectory" subdirectory -DECISBX_SOURCE="$root" \
        -DECISBX_BINARY="$out-subdirectory_ecisbx" &&
        build subdirectory && consume "$out-subdirectory/consumer"
}

way_fetch_content() {
    configure "$here/consumer/fetch_content" fetch_content -DECISBX_SOURCE="$root" \
        -DECISBX_BINARY="$out-fetch_content_ecisbx" &&
        build fetch_content && consume "$out-fetch_content/consumer"
}

consumer_of() {  # TREE PREFIX [OPTION...]
    rm -rf "${out:?}-$1"
    configure "$here/consumer/installed" "$1" -DCMAKE_PREFIX_PATH="$2" "${@:3}" && build "$1"
}

way_installed_static() {
    installed static && consumer_of static_consumer "$out-prefix_static" &&
        consume "$out-static_consumer/consumer" &&
        refuses "0.2 with a version of 0.1" "version: 0.1.0" "find_package(ecisbx 0.2 CONFIG REQUIRED)" &&
        refuses "a patch that is not there" "version: 0.1.0" "find_package(ecisbx 0.1.9 CONFIG REQUIRED)" &&
        refuses "an unknown component" "no component 'sandbox'" \
            "find_package(ecisbx CONFIG REQUIRED COMPONENTS sandbox)" &&
        accepts "find_package(ecisbx 0.1.0 EXACT CONFIG REQUIRED COMPONENTS client prometheus server)" &&
        accepts "find_package(ecisbx CONFIG REQUIRED COMPONENTS client OPTIONAL_COMPONENTS sandbox)"
}

# A project of one line, against the static installation.
project_with() {  # LINE
    rm -rf "$work/project" && mkdir "$work/project"
    printf 'cmake_minimum_required(VERSION 3.25)\nproject(p LANGUAGES CXX)\n%s\n' "$1" \
        >"$work/project/CMakeLists.txt"
    cmake -S "$work/project" -B "$work/project/b" -DCMAKE_PREFIX_PATH="${2:-$out-prefix_static}" \
        >"$work/project/log" 2>&1
}
refuses() {  # WHAT MESSAGE LINE [PREFIX]
    if project_with "$3" "${4:-}"; then echo "accepted: $1"; return 1; fi
    # CMake wraps its messages.
    tr -s ' \n' ' ' <"$work/project/log" | grep -qF "$2" ||
        { echo "$1: refused, but without saying '$2':"; cat "$work/project/log"; return 1; }
}
accepts() {  # LINE [PREFIX]
    project_with "$1" "${2:-}" || { echo "refused: $1"; cat "$work/project/log"; return 1; }
}

way_installed_shared() {
    installed shared && consumer_of shared_consumer "$out-prefix_shared" &&
        consume "$out-shared_consumer/consumer" &&
        expect "needs of the consumer" "libecisbx.so.0.1" \
            "$(needed "$out-shared_consumer/consumer" | grep ecisbx)" &&
        expect "OpenSSL is no need of the consumer" "" \
            "$(needed "$out-shared_consumer/consumer" | grep -E 'ssl|crypto|boost_url')"
}
needed() { readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'; }

way_moved_prefix() {
    installed shared && installed static || return 1
    for kind in static shared; do
        rm -rf "$out-moved" "$out-moved_away" && cp -a "$out-prefix_$kind" "$out-moved" &&
            mv "$out-moved" "$out-moved_away" || return 1
        if grep -rIl "$out" "$out-moved_away"; then echo "these know a path"; return 1; fi
        consumer_of moved_consumer "$out-moved_away" -DEMBED=ON &&
            consume "$out-moved_consumer/consumer" && library_path="$out-moved_away/lib" \
            consume "$out-moved_consumer/embed" "$runtime" || return 1
    done
    # The libraries find each other where they are now.
    expect "path of libecisbx" "$out-moved_away/lib/libecisbx.so.0.1" \
        "$(ldd "$out-moved_away/lib/libecisbx_server.so" | sed -n 's/.*libecisbx.so.0.1 => \(.*\) (.*/\1/p')"
}

compile() {  # SOURCE PROGRAM FLAGS...
    # shellcheck disable=SC2086
    ccache g++ $flags -std=c++20 -O0 -Wall -Wextra -Werror -c "$1" -o "$2.o" $3 &&
        g++ "$2.o" -o "$2" $4
}

way_pkg_config() {
    installed shared || return 1
    mkdir -p "$out-pkg_config"
    local -x PKG_CONFIG_PATH=$out-prefix_shared/lib/pkgconfig
    expect version 0.1.0 "$(pkg-config --modversion ecisbx)" &&
        expect "what a client links" "-lecisbx -lboost_json" \
            "$(pkg-config --libs-only-l ecisbx | sed 's/ *$//')" &&
        compile "$here/consumer/main.cpp" "$out-pkg_config/consumer" \
            "$(pkg-config --cflags ecisbx)" "$(pkg-config --libs ecisbx)" &&
        library_path=$out-prefix_shared/lib consume "$out-pkg_config/consumer"
}

way_pkg_config_static() {
    installed static || return 1
    mkdir -p "$out-pkg_config_static"
    local -x PKG_CONFIG_PATH=$out-prefix_static/lib/pkgconfig
    # There is nothing but the archive: plain --libs must do as well.
    compile "$here/consumer/main.cpp" "$out-pkg_config_static/consumer" \
        "$(pkg-config --cflags ecisbx)" "$(pkg-config --libs ecisbx)" &&
        consume "$out-pkg_config_static/consumer" &&
        compile "$here/consumer/embed.cpp" "$out-pkg_config_static/embed" \
            "$(pkg-config --static --cflags ecisbx-server ecisbx-prometheus)" \
            "$(pkg-config --static --libs ecisbx-server ecisbx-prometheus)" &&
        consume "$out-pkg_config_static/embed" "$runtime"
}

way_component_server() {
    installed static && installed shared || return 1
    consumer_of server_static "$out-prefix_static" -DEMBED=ON &&
        consume "$out-server_static/embed" "$runtime" &&
        consumer_of server_shared "$out-prefix_shared" -DEMBED=ON &&
        consume "$out-server_shared/embed" "$runtime" || return 1
    # One that was built without it says so.
    rm -rf "$out-prefix_client" &&
        cmake --install "$out-static" --prefix "$out-prefix_client" --component client &&
        accepts "find_package(ecisbx 0.1 CONFIG REQUIRED COMPONENTS client)" "$out-prefix_client" &&
        refuses "a server that was not built" \
            "without the component 'server': build and install it with -DECISBX_WITH_SERVER=ON" \
            "find_package(ecisbx 0.1 CONFIG REQUIRED COMPONENTS client server)" "$out-prefix_client"
}

way_abi() {
    shared_tree && "$root/packaging/abi/check" "$out-shared/src" || return 1
    # What a header declares and no library exports would only be missed by who calls it.
    python3 "$here/declared.py" "$root/include" ecisbx >"$work/declared" &&
        nm -D --defined-only "$out"-shared/src/libecisbx*.so | awk 'NF == 3 {print $3}' |
        LC_ALL=C sort -u >"$work/exported" &&
        [ "$(wc -l <"$work/declared")" -gt 100 ] &&
        expect "declared, but not exported" "" \
            "$(LC_ALL=C sort "$work/declared" | LC_ALL=C comm -23 - "$work/exported" | c++filt)"
}

way_vcpkg_files() {
    python3 "$here/vcpkg_files.py" "$root"
}
