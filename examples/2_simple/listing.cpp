// Listing: by tag, page by page and all at once; a handle from an id; removal of all of them.
#include "example.hpp"

#include <string>
#include <vector>

namespace asio = boost::asio;

asio::awaitable<void> listing(ecisbx::eci::client client) {
    std::vector<ecisbx::sandbox> boxes;
    for (int i = 0; i < 3; ++i)
        boxes.push_back(co_await client.create(ecisbx::eci::create_options("debian:12")
                                                   .name("listed-" + std::to_string(i))
                                                   .tag("suite", "listing")));
    for (auto& box : boxes) co_await box.wait_ready();

    auto mine = ecisbx::eci::list_options().tag("suite", "listing").status("Running").limit(2);
    auto page = co_await client.list(mine);
    std::cout << "a page of " << page.groups.size() << " of " << page.total_count << '\n';
    auto all = co_await client.list_all(mine);
    for (const auto& group : all) std::cout << group.name << ' ' << group.status << '\n';

    auto first = co_await client.get(all.front().id);
    auto run = co_await first.bash("echo found again");
    std::cout << run.out;

    co_await ecisbx::for_each(std::move(boxes), ecisbx::concurrency(3),
                              [](ecisbx::sandbox box) { return box.remove(); });
    auto left = co_await client.list_all(ecisbx::eci::list_options().tag("suite", "listing"));
    int running = 0;
    for (const auto& group : left)
        if (group.status == "Running") ++running;
    std::cout << running << " left running\n";
}

int main() {
    return example::run(listing);
}
