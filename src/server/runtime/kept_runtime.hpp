// The runtimes of real processes, as the server sees them: a keeper, and a warden for each box.
#ifndef ECISBX_SERVER_RUNTIME_KEPT_RUNTIME_HPP
#define ECISBX_SERVER_RUNTIME_KEPT_RUNTIME_HPP

#include "server/runtime/channel.hpp"
#include "server/runtime/keeper.hpp"
#include "server/runtime/runtime.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ecisbx::server::runtime {

class box_link;

class kept_runtime final : public runtime {
public:
    kept_runtime(const boost::asio::any_io_executor& executor, running_keeper keeper);
    ~kept_runtime() override;
    boost::asio::awaitable<std::shared_ptr<box>> create(box_spec spec) override;
    volume_support volumes() const override { return keeper_.volumes; }
    void drop_volumes(const std::string& group) override;
    std::vector<std::string> notes() const override { return keeper_.notes; }

private:
    std::shared_ptr<box_link> ask_for_box(const box_spec& spec);

    boost::asio::any_io_executor executor_;
    running_keeper keeper_;
    std::shared_ptr<channel> channel_;
    std::map<std::string, std::weak_ptr<box_link>> boxes_;
};

std::unique_ptr<runtime> make_bubblewrap(boost::asio::any_io_executor executor,
                                         const runtime_options& options);
std::unique_ptr<runtime> make_plain(boost::asio::any_io_executor executor);

}  // namespace ecisbx::server::runtime

#endif
