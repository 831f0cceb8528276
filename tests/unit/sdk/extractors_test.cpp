// The table of parameters in docs/plugins.md, compared with what the layer takes.
#include <fstream>
#include <iterator>
#include <map>
#include <regex>

#include "mortise/plugin.hpp"
#include "tests/support/catch.hpp"

using namespace mortise;
using namespace mortise::detail;

namespace {

struct Some {
    std::string text;
    static constexpr auto schema() { return object<Some>("Some").field("text", &Some::text); }
};
struct Made {
    static Made provide() { return {}; }
};
struct Store {};

std::string textOf(const std::string& path) {
    std::ifstream in(std::string(MORTISE_SOURCE_DIR) + "/" + path);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Whether a blocking route, a coroutine, an operation, a job and a provider can take it, as the table writes it.
using Columns = std::vector<std::string>;

template <class S, class P>
SignatureFacts factsOf() {
    static SchemaCollector collector;
    return describeSignature<S, P>(collector);
}

template <class P>
Columns columnsOf() {
    const auto word = [](bool is_so) { return std::string(is_so ? "yes" : "no"); };
    constexpr bool kRoute = Resolvable<RequestScope, P>;
    constexpr bool kOperation = Resolvable<OperationScope, P>;
    bool waits = false;
    bool job = false;
    if constexpr (kRoute) {
        waits = factsOf<RequestScope, P>().waits;
    }
    if constexpr (Resolvable<JobScope, P>) {
        job = !factsOf<JobScope, P>().needs_user;
    }
    return {word(kRoute), word(kRoute && !waits), word(kOperation), word(job),
            word(kRoute || kOperation || job)};
}

/// By the first column, without what it is written in.
std::map<std::string, Columns> documentedRows() {
    std::map<std::string, Columns> rows;
    const std::string text = textOf("docs/plugins.md");
    static const std::regex row(R"(\n\| `([^|]*)` \| [^|]* \|((?: (?:yes|no) \|){5}))");
    for (std::sregex_iterator it(text.begin(), text.end(), row), end; it != end; ++it) {
        Columns& columns = rows[(*it)[1]];
        const std::string answers = (*it)[2];
        static const std::regex answer("yes|no");
        for (std::sregex_iterator at(answers.begin(), answers.end(), answer); at != end; ++at) {
            columns.push_back(at->str());
        }
    }
    return rows;
}

std::map<std::string, Columns> knownRows() {
    return {{R"(Path<"note_id", T>)", columnsOf<Path<"note_id", std::int64_t>>()},
            {"Query<T>", columnsOf<Query<Some>>()},
            {R"(QueryParam<"q", T>)", columnsOf<QueryParam<"q", std::int64_t>>()},
            {"Body<T>", columnsOf<Body<Some>>()},
            {"Form<T>", columnsOf<Form<Some>>()},
            {R"(File<"photo">)", columnsOf<File<"photo">>()},
            {R"(Files<"photos">)", columnsOf<Files<"photos">>()},
            {R"(Header<"x-depth", T>)", columnsOf<Header<"x-depth", std::int64_t>>()},
            {R"(Cookie<"theme", T>)", columnsOf<Cookie<"theme", std::string>>()},
            {"Request&", columnsOf<Request&>()},
            {"const Principal&", columnsOf<const Principal&>()},
            {"const Principal*", columnsOf<const Principal*>()},
            {R"(RoleUser<"admin">)", columnsOf<RoleUser<"admin">>()},
            {"Provided<T>", columnsOf<Provided<Store>>()},
            {"const T&", columnsOf<const Made&>()},
            {"Service<T>", columnsOf<Service<Store>>()},
            {"const In&", columnsOf<const Some&>()},
            {"const Caller&", columnsOf<const Caller&>()},
            {"Args<In>", columnsOf<Args<Some>>()},
            {"JobRun&", columnsOf<JobRun&>()},
            {"Db&", columnsOf<Db&>()},
            {"AsyncDb&", columnsOf<AsyncDb&>()},
            {"HttpClient&", columnsOf<HttpClient&>()},
            {"AsyncHttpClient&", columnsOf<AsyncHttpClient&>()},
            {"Operations&", columnsOf<Operations&>()},
            {"Jobs&", columnsOf<Jobs&>()},
            {"Tasks&", columnsOf<Tasks&>()},
            {"Identity&", columnsOf<Identity&>()},
            {"Log&", columnsOf<Log&>()},
            {"Clock&", columnsOf<Clock&>()},
            {"Cache&", columnsOf<Cache&>()},
            {"Trace&", columnsOf<Trace&>()},
            {"Deadline", columnsOf<Deadline>()}};
}

}  // namespace

TEST_CASE("the author's guide says of every parameter where it may stand, and it is so") {
    const auto documented = documentedRows();
    const auto known = knownRows();
    for (const auto& [parameter, columns] : known) {
        CAPTURE(parameter);
        REQUIRE(documented.count(parameter) == 1);
        CHECK(documented.at(parameter) == columns);
    }
    CHECK(documented.size() == known.size());
}
