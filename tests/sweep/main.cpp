// sweep HEADERS [NAME]: every public operation, disturbed at every step; or those of one name.
#include "sweep/headers.hpp"
#include "sweep/sweep.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <stdlib.h>

namespace {

using namespace ecisbx::sweep;
namespace fs = std::filesystem;

/// A folder of this machine for the time of the sweep.
class scratch {
public:
    scratch() {
        auto pattern = (fs::temp_directory_path() / "ecisbx-sweep-XXXXXX").string();
        if (char* made = ::mkdtemp(pattern.data())) path_ = made;
        std::ofstream(path_ + "/local") << std::string(50'000, 'l');
    }
    scratch(const scratch&) = delete;
    scratch& operator=(const scratch&) = delete;
    ~scratch() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    const std::string& path() const { return path_; }
    std::ptrdiff_t files() const { return count(path_); }
    static std::ptrdiff_t descriptors() { return count("/proc/self/fd"); }

private:
    static std::ptrdiff_t count(const std::string& folder) {
        return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
    }
    std::string path_;
};

std::vector<operation> all_operations() {
    std::vector<operation> all;
    for (auto part :
         {client_operations(), sandbox_operations(), process_operations(), other_operations()})
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

/// None of the public operations is missing here, and none that is here has gone.
std::size_t compare(const std::vector<operation>& here, const std::string& headers) {
    std::vector<std::pair<std::string, std::string>> names, missing, gone;
    for (const auto& one : here) names.emplace_back(one.header, one.name);
    std::sort(names.begin(), names.end());
    auto declared = declared_operations(headers);
    std::set_difference(declared.begin(), declared.end(), names.begin(), names.end(),
                        std::back_inserter(missing));
    std::set_difference(names.begin(), names.end(), declared.begin(), declared.end(),
                        std::back_inserter(gone));
    for (const auto& [header, name] : missing)
        std::printf("not swept: %s of %s\n", name.c_str(), header.c_str());
    for (const auto& [header, name] : gone)
        std::printf("not declared: %s of %s\n", name.c_str(), header.c_str());
    return missing.size() + gone.size();
}

struct totals {
    std::size_t points = 0, failures = 0;
};

const char* name_of(trouble by) {
    return by == trouble::reset ? "reset" : by == trouble::end ? "end" : "cancel";
}

/// Memory that is left after a world, coroutine frames and all. What is made once for the whole
/// program is there after the first world of its kind.
long left_by(const operation& what, trouble by, const scratch& folder) {
    auto before = ecisbx::sim::live_allocations();
    sweep(what, by, folder.path());
    return ecisbx::sim::live_allocations() - before;
}

swept sweep_and_count(const operation& what, trouble by, const scratch& folder) {
    auto descriptors = scratch::descriptors();
    auto all = sweep(what, by, folder.path());
    auto left = left_by(what, by, folder);
    fs::remove(folder.path() + "/got");
    if (left != 0) all.failures.push_back(std::to_string(left) + " blocks of memory are left");
    if (scratch::descriptors() != descriptors)
        all.failures.emplace_back("descriptors are left open");
    if (folder.files() != 1) all.failures.emplace_back("a file is left on this machine");
    return all;
}

void run(const operation& what, const scratch& folder, totals& sum) {
    for (auto by : {trouble::reset, trouble::end, trouble::cancel}) {
        auto result = sweep_and_count(what, by, folder);
        sum.points += result.points;
        sum.failures += result.failures.size();
        for (const auto& why : result.failures)
            std::printf("%s, by %s: %s\n", what.name.c_str(), name_of(by), why.c_str());
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2 || argc > 3) {
        std::fprintf(stderr, "usage: %s FOLDER_OF_HEADERS [OPERATION]\n", argv[0]);
        return 2;
    }
    ecisbx::sim::without_system_certificates();
    auto all = all_operations();
    totals sum;
    std::size_t swept_operations = 0;
    sum.failures += compare(all, argv[1]);
    scratch folder;
    for (const auto& one : all) {
        if (argc == 3 && one.name != argv[2]) continue;
        run(one, folder, sum);
        ++swept_operations;
    }
    std::printf("%zu operations, %zu points, %zu failures\n", swept_operations, sum.points,
                sum.failures);
    return sum.failures > 0 || swept_operations == 0 ? 1 : 0;
}
