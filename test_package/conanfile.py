from conan import ConanFile
from conan.tools.build import can_run
from conan.tools.cmake import CMake, CMakeToolchain, cmake_layout
import os


class EcisbxTestConan(ConanFile):
    settings = "os", "arch", "compiler", "build_type"
    generators = "CMakeDeps"

    def requirements(self):
        self.requires(self.tested_reference_str, run=True)  # the program, where there is one

    def layout(self):
        cmake_layout(self)

    @property
    def _tested(self):
        return self.dependencies[self.tested_reference_str].options

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["WITH_SERVER"] = bool(self._tested.with_server or self._tested.with_cli)
        toolchain.user_presets_path = False
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def test(self):
        if not can_run(self):
            return
        self.run(os.path.join(self.cpp.build.bindir, "test_package"), env="conanrun")
        if self._tested.with_cli:
            self.run("ecisbx --version", env="conanrun")
