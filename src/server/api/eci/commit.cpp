// CommitContainer and DescribeCommitContainerTask. No image is made or pushed: a task goes through
// its phases by the clock, and says so.
#include "core/random.hpp"
#include "server/api/eci/actions.hpp"
#include "server/api/eci/common.hpp"
#include "server/api/eci/resources.hpp"

#include <algorithm>
#include <iterator>

namespace ecisbx::server::api::eci {
namespace {

namespace json = boost::json;

constexpr std::size_t max_tasks = 50;
constexpr std::size_t usual_page = 10;
constexpr std::string_view note = "The local server makes and pushes no image.";

std::string read_image(const proto::flat_view& in) {
    auto repository = in.required("Repository");
    auto tag = in.required("Tag");
    if (repository.size() > 512 || repository.find("://") != std::string::npos)
        refuse_parameter(in, "Repository",
                         "it must be a repository of at most 512 bytes, without a scheme");
    bool good = tag.size() <= 128 && std::all_of(tag.begin(), tag.end(), [](char x) {
                    return (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') ||
                           (x >= '0' && x <= '9') || x == '_' || x == '.' || x == '-';
                });
    if (!good || tag.front() == '.' || tag.front() == '-')
        refuse_parameter(in, "Tag",
                         "it must be at most 128 letters, digits, underscores, periods and "
                         "hyphens, and not begin with the last two");
    return repository + ":" + tag;
}

void require_running(service& s, const store::group& g, const std::string& container) {
    const auto& specs = g.spec.containers;
    auto found = std::find_if(specs.begin(), specs.end(),
                              [&](const auto& spec) { return spec.name == container; });
    if (found == specs.end())
        refuse(400, "IncorrectStatus", "The container group has no container " + container + ".");
    auto index = static_cast<std::size_t>(found - specs.begin());
    if (!s.supervisor->box_of(g.id, index))
        refuse(400, "IncorrectStatus", "The container " + container + " is not running.");
}

std::string phase_message(std::string_view status) {
    return status == "Succeeded" ? std::string(note) : "";
}

json::array render_phases(const store::commit_task& task, time_point now) {
    json::array out;
    auto began = task.created;
    for (auto name : store::commit_phases) {
        if (now < began) break;
        auto end = began + store::commit_phase;
        std::string_view status = now < end ? "Running" : "Succeeded";
        json::object phase;
        phase["Phase"] = name;
        phase["Status"] = status;
        phase["Message"] = phase_message(status);
        phase["RecordTime"] = time_text(std::min(now, end));
        out.push_back(std::move(phase));
        began = end;
    }
    return out;
}

json::object render(const store::commit_task& task, time_point now) {
    auto at = store::progress_of(task, now);
    json::object out;
    out["TaskId"] = task.id;
    out["TaskStatus"] = at.status;
    out["TaskProgress"] = std::to_string(at.percent) + "%";
    out["StatusMessage"] = note;
    out["ContainerName"] = task.container;
    out["CommitPhaseInfos"] = render_phases(task, now);
    out["TaskCreationTime"] = time_text(task.created);
    auto end = task.created + store::commit_phase * std::size(store::commit_phases);
    out["TaskFinishedTime"] = at.settled ? time_text(end) : "";
    return out;
}

}  // namespace

json::object commit_container(service& s, const call& c) {
    require_region(c);
    const auto& in = c.parameters;
    auto g = required_group(s, c);
    store::commit_task task;
    task.container = in.required("ContainerName");
    task.image = read_image(in.member("Image"));
    (void)one_of(in.member("Arn"), "RoleType", {"service"}, "service");
    require_running(s, *g, task.container);
    task.group_id = g->id;
    task.created = s.clock();
    auto busy = [&](const store::commit_task& other) {
        return other.group_id == task.group_id && other.container == task.container &&
               !store::progress_of(other, task.created).settled;
    };
    if (s.resources.commit_tasks.find_if(busy))
        refuse(400, "OperationConflict", "The container is being committed already.");
    task.id = "ct-" + core::random_alnum(20);
    json::object out;
    out["TaskId"] = task.id;
    s.resources.commit_tasks.insert_over(std::move(task));
    return out;
}

json::object describe_commit_container_task(service& s, const call& c) {
    require_region(c);
    const auto& in = c.parameters;
    auto ids = in.lenient_texts("TaskId", max_tasks).value_or(std::vector<std::string>());
    auto group = in.text_or("ContainerGroupId", "");
    if (ids.empty() && group.empty())
        throw proto::api_refusal(proto::missing_parameter("ContainerGroupId"));
    auto status = one_of(in, "TaskStatus", {"Running", "Succeeded", "Failed"}, "");
    auto wish = read_page(s, c, "MaxResults", usual_page, max_tasks);
    auto now = s.clock();
    auto matches = [&](const store::commit_task& t) {
        return (ids.empty() || std::find(ids.begin(), ids.end(), t.id) != ids.end()) &&
               (group.empty() || group == t.group_id) &&
               (status.empty() || store::progress_of(t, now).status == status);
    };
    auto page = s.resources.commit_tasks.select(matches, wish.limit, wish.before);
    auto out = render_page(s, page, "CommitTasks",
                           [&](const store::commit_task& t) { return render(t, now); });
    out["MaxResults"] = std::to_string(wish.limit);
    return out;
}

}  // namespace ecisbx::server::api::eci
