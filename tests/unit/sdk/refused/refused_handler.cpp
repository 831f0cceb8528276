// Signatures the SDK refuses to compile, one case per number; extra.cmake checks the message each gives.
#include "mortise/plugin.hpp"

using namespace mortise;

struct Own {
#if MORTISE_CASE == 5
    static int provide() {
        return 1;
    }
#elif MORTISE_CASE == 8
    static Own provide(Header<"x-depth", std::int64_t>, const JobRun&) {
        return {};
    }
#else
    static Own provide(const Principal&) {
        return {};
    }
#endif
};

class Notes final : public Plugin {
public:
    void declare(Router& router) override {
        router.group("/notes").requireUser().get("/", &Notes::show).summary("s");
#if MORTISE_CASE == 9
        router.job("notes.work", &Notes::work);
#endif
    }

#if MORTISE_CASE == 0
    NoContent show(const Own&, Header<"x-depth", std::int64_t>, Cookie<"theme", std::string>,
                   QueryParam<"q", std::optional<int>>, RoleUser<"admin">, Service<Own>, Deadline,
                   Db&) noexcept {
        return {};
    }
#elif MORTISE_CASE == 1
    NoContent show(Own) {
        return {};
    }
#elif MORTISE_CASE == 2
    NoContent show(Header<"X-Depth", std::int64_t>) {
        return {};
    }
#elif MORTISE_CASE == 3
    NoContent show(Header<"authorization", std::string>) {
        return {};
    }
#elif MORTISE_CASE == 4
    NoContent show(Cookie<"my theme", std::string>) {
        return {};
    }
#elif MORTISE_CASE == 5 || MORTISE_CASE == 8
    NoContent show(const Own&) {
        return {};
    }
#elif MORTISE_CASE == 6
    Task<NoContent> show(const Own&, Db&) {
        co_return NoContent();
    }
#elif MORTISE_CASE == 10
    NoContent show(QueryParam<"filter", PageQuery>) {
        return {};
    }
#elif MORTISE_CASE == 11
    NoContent show(QueryParam<"filter", Json>) {
        return {};
    }
#elif MORTISE_CASE == 7
    NoContent show(RoleUser<>) {
        return {};
    }
#elif MORTISE_CASE == 9
    NoContent show() {
        return {};
    }
    NoContent work(Args<Own>, Header<"x-depth", std::int64_t>) {
        return {};
    }
#endif
};

int main() {
    mortise_plugin table{};
    mortise_host host{};
    return detail::openPlugin<Notes>(&host, &table, nullptr, {"notes", "1.0.0"});
}
