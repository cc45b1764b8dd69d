from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, get, load, rmdir
from conan.tools.gnu import PkgConfigDeps
import os
import re

required_conan_version = ">=2.0.9"


class EcisbxConan(ConanFile):
    name = "ecisbx"
    description = "Coroutine-native framework for running code sandboxes: Alibaba Cloud ECI, or a local server"
    license = "Apache-2.0"
    topics = ("sandbox", "coroutines", "asio", "eci", "agents")
    package_type = "library"
    implements = ["auto_shared_fpic"]
    settings = "os", "arch", "compiler", "build_type"
    options = {
        "shared": [True, False],
        "fPIC": [True, False],
        "with_prometheus": [True, False],  # ecisbx::prometheus; the server brings it anyway
        "with_server": [True, False],  # ecisbx::server
        "with_cli": [True, False],  # the program `ecisbx`; it is a client and a server
    }
    default_options = {
        "shared": False,
        "fPIC": True,
        "with_prometheus": False,
        "with_server": False,
        "with_cli": False,
    }
    exports_sources = "CMakeLists.txt", "cmake/*", "include/*", "src/*", "packaging/*", "LICENSE"

    def set_version(self):
        if not self.version:
            text = load(self, os.path.join(self.recipe_folder, "CMakeLists.txt"))
            self.version = re.search(r"project\(ecisbx VERSION ([0-9.]+)", text)[1]

    def configure(self):
        if self.options.shared:
            self.options.rm_safe("fPIC")

    # The program is a client and a server, and the server counts by the observer.
    @property
    def _server(self):
        return bool(self.options.with_server or self.options.with_cli)

    @property
    def _prometheus(self):
        return bool(self.options.with_prometheus) or self._server

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        # Public headers use Asio and JSON.
        self.requires("boost/[>=1.81 <2]", transitive_headers=True, transitive_libs=True)
        self.requires("openssl/[>=3 <4]")
        if self._prometheus:
            self.requires("prometheus-cpp/[>=1.0 <2]")
        if self._server:
            self.requires("libseccomp/[>=2.5 <3]")
        if self.options.with_cli:
            self.requires("cli11/[>=2.1 <3]", visible=False)
            self.requires("spdlog/[>=1.10 <2]", visible=False)

    def validate(self):
        check_min_cppstd(self, 20)
        if self.settings.os != "Linux":
            raise ConanInvalidConfiguration("ecisbx is for Linux")

    def source(self):
        # As conan-center wants it: beside a conandata.yml, the sources are a release's archive.
        if self.conan_data:
            get(self, **self.conan_data["sources"][str(self.version)], strip_root=True)

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["ECISBX_WITH_PROMETHEUS"] = self._prometheus
        toolchain.cache_variables["ECISBX_WITH_SERVER"] = self._server
        toolchain.cache_variables["ECISBX_BUILD_PROGRAM"] = bool(self.options.with_cli)
        toolchain.cache_variables["ECISBX_BUILD_TESTS"] = False
        toolchain.cache_variables["ECISBX_BUILD_EXAMPLES"] = False
        toolchain.user_presets_path = False  # nothing is written into the source folder
        toolchain.generate()
        CMakeDeps(self).generate()
        PkgConfigDeps(self).generate()  # prometheus-cpp and libseccomp are found by pkg-config

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        CMake(self).install()
        # Conan's generators write these for the consumer.
        rmdir(self, os.path.join(self.package_folder, "lib", "cmake"))
        rmdir(self, os.path.join(self.package_folder, "lib", "pkgconfig"))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "ecisbx")
        # What the system provides by [platform_requires] is in no generated file: the libraries
        # are then named as the system's own.
        platform = {r.ref.name for r, d in self.dependencies.items() if d.recipe == "Platform"}

        def component(name, library, pkg_config, requires, system):
            info = self.cpp_info.components[name]
            info.set_property("cmake_target_name", f"ecisbx::{name}")
            info.set_property("pkg_config_name", pkg_config)
            info.libs = [library]
            info.requires = [r for r in requires if r.split("::")[0] not in platform]
            if not self.options.shared:
                info.defines = ["ECISBX_STATIC_DEFINE"]
            for package, libraries in system.items():
                if package in platform:
                    info.system_libs += libraries
            return info

        client = component(
            "ecisbx", "ecisbx", "ecisbx",
            ["boost::headers", "boost::json", "boost::url", "openssl::ssl", "openssl::crypto"],
            {"boost": ["boost_json", "boost_url", "boost_container"], "openssl": ["ssl", "crypto"]})
        client.system_libs += ["pthread"]
        if self._prometheus:
            component("prometheus", "ecisbx_prometheus", "ecisbx-prometheus",
                      ["ecisbx", "prometheus-cpp::prometheus-cpp-core"],
                      {"prometheus-cpp": ["prometheus-cpp-core"]})
        if self._server:
            component("server", "ecisbx_server", "ecisbx-server",
                      ["ecisbx", "prometheus", "libseccomp::libseccomp"],
                      {"libseccomp": ["seccomp"]})
