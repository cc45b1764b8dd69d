# Conan 2 without a remote: everything behind ecisbx comes from the system. Sourced by run.

conan_ready() {
    export CONAN_HOME=$out-conan_home
    local venv=$out-conan_venv wanted=$root/conan/requirements.txt
    if ! cmp -s "$wanted" "$venv/installed"; then
        rm -rf "$venv" && python3 -m venv "$venv" &&
            "$venv/bin/pip" install -q --disable-pip-version-check -r "$wanted" &&
            cp "$wanted" "$venv/installed" || return 1
    fi
    conan=$venv/bin/conan
    "$conan" config home && "$conan" remove -c "ecisbx/*"
}

# The profile of the repository; of its flags only those that the other ways compile with too.
conan_with() {  # COMMAND [OPTION...]
    CMAKE_CXX_COMPILER_LAUNCHER=ccache "$conan" "$1" "${@:2}" \
        -pr:a "$root/conan/profiles/debian12-system" --no-remote -s "&:build_type=Debug" \
        -c "tools.build:jobs=$jobs" -c "tools.cmake.cmake_layout:test_folder=$out-conan_test" \
        -c 'tools.build:compiler_executables={"cpp": "g++"}' \
        -c 'tools.build:cxxflags=["-fpch-preprocess"]' \
        -c 'tools.cmake.cmaketoolchain:extra_variables={"CMAKE_CXX_FLAGS_DEBUG": "-O0"}'
}

way_conan() {
    conan_ready || return 1
    local before kind
    before=$(cd "$root" && ls -A . test_package)
    for kind in False True; do
        conan_with create "$root" -o "&:shared=$kind" -o "&:with_server=True" \
            -o "&:with_cli=True" || return 1
        # And as a project does that only says what it needs.
        # From elsewhere: Conan adds to the presets of the folder where it runs.
        rm -rf "$out-conan_consumer" && mkdir -p "$out-conan_consumer" && cd "$out-conan_consumer" &&
            conan_with install --requires=ecisbx/0.1.0 \
            -o "ecisbx/*:shared=$kind" -o "ecisbx/*:with_server=True" -o "ecisbx/*:with_cli=True" \
            -g CMakeDeps -g CMakeToolchain -of "$out-conan_consumer/conan" && cd "$root" &&
            cmake -S "$here/consumer/installed" -B "$out-conan_consumer/b" -DEMBED=ON \
                -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 \
                -DCMAKE_CXX_COMPILER_LAUNCHER=ccache \
                -DCMAKE_TOOLCHAIN_FILE="$out-conan_consumer/conan/conan_toolchain.cmake" &&
            cmake --build "$out-conan_consumer/b" && consume "$out-conan_consumer/b/consumer" &&
            consume "$out-conan_consumer/b/embed" "$runtime" || return 1
    done
    # The client alone needs neither prometheus-cpp nor libseccomp.
    conan_with create "$root" &&
        expect "packages behind the client" "boost openssl " "$(conan_with graph info \
            --requires=ecisbx/0.1.0 --format=json 2>/dev/null | packages_behind)" &&
        expect "files in the source folder" "$before" "$(cd "$root" && ls -A . test_package)"
}
packages_behind() {
    python3 -c 'import json, sys
nodes = json.load(sys.stdin)["graph"]["nodes"].values()
names = {node["ref"].split("/")[0] for node in nodes if node["ref"]}
print(*sorted(names - {"cli", "conanfile", "ecisbx"}), "")'
}

# The layout of conan-center's index, made from this tree and its archive.
way_conan_center() {
    conan_ready || return 1
    rm -rf "$out-conan_center" && mkdir "$out-conan_center" &&
        tar -C "$root" -czf "$out-conan_center/ecisbx-0.1.0.tar.gz" --transform 's,^\.,ecisbx-0.1.0,' \
            --exclude=./build --exclude=./.git . &&
        "$root/packaging/conan-center/make" 0.1.0 "file://$out-conan_center/ecisbx-0.1.0.tar.gz" \
            "$out-conan_center/ecisbx-0.1.0.tar.gz" "$out-conan_center/recipes" &&
        conan_with create "$out-conan_center/recipes/ecisbx/all" --version 0.1.0
}
