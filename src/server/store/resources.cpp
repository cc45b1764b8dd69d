#include "server/store/resources.hpp"

#include <algorithm>
#include <iterator>

namespace ecisbx::server::store {
namespace {

using std::chrono::milliseconds;

// The service takes minutes. Here it is long enough for a program to see each state, and short
// enough for a test to wait for the last.
constexpr milliseconds preparing{500}, creating{1500}, updating{1000}, pending{500};

int percent_of(milliseconds part, milliseconds whole) {
    return static_cast<int>(std::clamp<std::int64_t>(100 * part.count() / whole.count(), 0, 100));
}

milliseconds since(time_point began, time_point now) {
    return std::chrono::duration_cast<milliseconds>(now - began);
}

progress cache_progress(milliseconds age, bool is_update, std::string_view first,
                        std::string_view last) {
    if (is_update && age < updating) return {"Updating", percent_of(age, updating), false};
    if (!is_update && age < preparing) return {first, 0, false};
    if (!is_update && age < preparing + creating)
        return {"Creating", percent_of(age - preparing, creating), false};
    return {last, 100, true};
}

}  // namespace

progress progress_of(const image_cache& cache, time_point now) {
    return cache_progress(since(cache.began, now), cache.updating, "Preparing", "Ready");
}

progress progress_of(const data_cache& cache, time_point now) {
    return cache_progress(since(cache.began, now), cache.updating, "Loading", "Available");
}

progress progress_of(const commit_task& task, time_point now) {
    constexpr milliseconds whole = commit_phase * std::size(commit_phases);
    auto age = since(task.created, now);
    if (age < whole) return {"Running", percent_of(age, whole), false};
    return {"Succeeded", 100, true};
}

progress progress_of(const virtual_node& node, time_point now) {
    if (since(node.created, now) < pending) return {"Pending", 0, false};
    return {"Ready", 100, true};
}

std::string_view status_of(const ops_record& record, time_point now) {
    if (record.closed) return "Closed";
    return now < record.expires ? "Ready" : "Expired";
}

void resources::expire(time_point now) {
    auto over = [now](const resource& r) { return r.expires && *r.expires <= now; };
    image_caches.erase_if(over);
    data_caches.erase_if(over);
}

}  // namespace ecisbx::server::store
