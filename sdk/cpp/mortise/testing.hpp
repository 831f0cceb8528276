// The testing kit: a plugin's own library in a real host inside the test program. Needs a test framework of your choice and the
// target mortise::testing.
//
//     mortise::testing::App app(MORTISE_PLUGIN_FILE);             // loaded as a host loads it; a database of its own, migrated
//     auto ada = app.asUser({.id = 7, .roles = {"user"}});        // no token needed; app.withToken() takes one
//     auto reply = ada.post("/api/v1/notes", R"({"title":"x"})"); // the whole pipeline, no socket
//     CHECK(reply.status == 201);
//     CHECK(reply.json("data.title") == "x");
//
// Other plugins need not be there: app.onOperation("users.get", ...) answers in their place; Options().plugin(file) loads them.
// app.sql() looks into the database, app.jobs() at what was enqueued, app.logs() at what was logged. Apps are independent of each
// other; each test makes its own. Everything may be called from any thread but those of the plugin.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "mortise/testing_app.hpp"
#include "mortise/testing_client.hpp"
#include "mortise/types.hpp"

namespace mortise::testing {

/// A host with the plugin under test. Throws Failure with the reasons of the host when a plugin does not come up.
class App {
public:
    explicit App(const std::string& plugin_file, const Options& options = {})
        : handle_(plugin_file, options) {}

    Client anonymous() const { return Client(handle_, nullptr); }
    Client asUser(User user) const {
        return Client(handle_, std::make_shared<const User>(std::move(user)));
    }
    /// Some user with that role and no other.
    Client asRole(std::string role) const { return asUser({.id = 1, .roles = {std::move(role)}}); }
    /// The token is verified by the host as any other.
    Client withToken(const std::string& token) const {
        return anonymous().header("authorization", "Bearer " + token);
    }

    /// Answers an operation in place of its plugin. `answer` takes the input as text or as Json and returns JSON text or a value of
    /// a type with a schema; what it throws (an AppError with its code) is what the caller gets. Called on threads of the host,
    /// several at once.
    template <class Answer>
    void onOperation(const std::string& operation, Answer answer) {
        handle_.answer(operation, [answer = std::move(answer)](std::string_view input) mutable {
            if constexpr (std::is_invocable_v<Answer&, std::string_view>) {
                return outputOf(answer(input));
            } else {
                return outputOf(answer(Json::parse(input)));
            }
        });
    }
    /// Inputs of the calls that onOperation() answered, in their order.
    std::vector<Json> calls(std::string_view operation) const {
        std::vector<Json> inputs;
        for (const std::string& input : handle_.calls(operation)) {
            inputs.push_back(Json::parse(input));
        }
        return inputs;
    }

    /// Answers calls to other servers: "GET https://api.example.org/rates", without the method for all, with `*` at the end for all
    /// that begin so; without `?` the query does not count. `answer` takes the HttpRequest and returns a Reply, JSON text or a value
    /// of a type with a schema (both 200); UnavailableError means that the server is not reached. What no answer fits is refused:
    /// no test reaches the network. Called on threads of the host, several at once.
    template <class Answer>
    void onHttp(const std::string& pattern, Answer answer) {
        handle_.answerHttp(pattern, [answer = std::move(answer)](const HttpRequest& call) mutable {
            if constexpr (std::is_same_v<std::invoke_result_t<Answer&, const HttpRequest&>,
                                         Reply>) {
                return answer(call);
            } else {
                return Reply{200, {{"content-type", "application/json"}}, outputOf(answer(call))};
            }
        });
    }

    /// Runs one statement with parameters $1 and so on, in a transaction of its own: to look inside, and to prepare what a test
    /// needs. Throws Failure with the SQLSTATE as code.
    template <class... Params>
    Rows sql(std::string_view statement, const Params&... params) const {
        const std::vector<std::optional<std::string>> texts{detail::textOf(params)...};
        std::vector<mortise_value> values;
        for (const auto& text : texts) {
            values.push_back(text ? mortise_value{text->data(), std::int64_t(text->size())}
                                  : mortise_value{nullptr, -1});
        }
        Rows rows;
        mortise::detail::Failure error;
        if (handle_.table().sql(handle_.app(), mortise::detail::str(statement), values.data(),
                                static_cast<std::uint32_t>(values.size()), takeRow, &rows,
                                error.out()) != MORTISE_OK) {
            detail::raise(error, statement);
        }
        return rows;
    }

    /// What was enqueued and committed, oldest first. Nothing runs by itself unless the plugin that owns the queue is loaded.
    std::vector<Job> jobs() const {
        std::vector<Job> jobs;
        for (const Row& row : sql("SELECT id, job_type, args, queue, state, priority, unique_key, "
                                  "submitted_by FROM jobs.jobs ORDER BY created_at, id")) {
            jobs.push_back({row["id"].value_or(""), row["job_type"].value_or(""),
                            Json::parse(row["args"].value_or("{}")), row["queue"].value_or(""),
                            row["state"].value_or(""), std::stoll(row["priority"].value_or("0")),
                            row["unique_key"].value_or(""), row["submitted_by"].value_or("")});
        }
        return jobs;
    }
    /// Runs the handler of a job type now and gives its result. Throws Failure with code and status of what the handler threw.
    Json runJob(std::string_view type, std::string_view args = "{}", unsigned attempt = 1) const {
        std::string result;
        mortise::detail::Failure error;
        if (handle_.table().run_job(handle_.app(), mortise::detail::str(type),
                                    mortise::detail::str(args), attempt, AppHandle::takeText,
                                    &result, error.out()) != MORTISE_OK) {
            detail::raise(error, type);
        }
        return result.empty() ? Json() : Json::parse(result);
    }
    Json runJob(const Job& job) const { return runJob(job.type, job.args.text()); }

    /// What was logged so far, oldest first; with `event` only the records of that name.
    std::vector<LogRecord> logs(std::string_view event = {}) const {
        std::vector<std::string> lines;
        handle_.table().logs(
            handle_.app(),
            [](void* all, mortise_str line) {
                static_cast<std::vector<std::string>*>(all)->emplace_back(
                    mortise::detail::view(line));
            },
            &lines);
        std::vector<LogRecord> records;
        for (const std::string& line : lines) {
            const Json fields = Json::parse(line);
            const std::string name = fields.at("event").as<std::string>();
            if (event.empty() || name == event) {
                records.push_back({name, fields.at("level").as<std::string>(), fields});
            }
        }
        return records;
    }

    /// Waits until nothing runs any more: no request, no operation, no task after a response. Throws Failure at the deadline.
    void settle(std::chrono::milliseconds deadline = std::chrono::seconds(10)) const {
        mortise::detail::Failure error;
        if (handle_.table().settle(handle_.app(), static_cast<std::uint32_t>(deadline.count()),
                                   error.out()) != MORTISE_OK) {
            detail::raise(error, "settle()");
        }
    }

    /// What plugins with a Clock are told from now on; the time then stands still. Tokens, deadlines and now() of the database keep
    /// to the system's.
    void setTime(Timestamp time) const {
        handle_.table().set_clock(handle_.app(), time.microseconds());
    }
    /// As setTime(), so much later than it is for plugins now.
    void advance(std::chrono::microseconds time) const {
        handle_.table().set_clock(handle_.app(),
                                  handle_.table().clock(handle_.app()) + time.count());
    }

    /// Stops the plugin and drops the database, as the destructor does, but throws Failure when the plugin did not stop well.
    void close() {
        const std::string reason = handle_.close();
        if (!reason.empty()) {
            throw Failure(reason);
        }
    }

private:
    template <class Output>
    static std::string outputOf(const Output& output) {
        if constexpr (std::is_convertible_v<const Output&, std::string_view>) {
            return std::string(std::string_view(output));
        } else {
            return toPluginJson(output);
        }
    }

    static void takeRow(void* rows, const mortise_str* names, const mortise_value* cells,
                        std::uint32_t count) {
        std::vector<std::string> columns;
        std::vector<Row::Cell> texts;
        for (std::uint32_t at = 0; at < count; ++at) {
            columns.emplace_back(mortise::detail::view(names[at]));
            texts.push_back(cells[at].size < 0
                                ? Row::Cell()
                                : Row::Cell(std::string(cells[at].data,
                                                        static_cast<std::size_t>(cells[at].size))));
        }
        static_cast<Rows*>(rows)->emplace_back(std::move(columns), std::move(texts));
    }

    AppHandle handle_;
};

/// Makes texts that differ: sequence("user{}@example.com") gives user1@example.com, then user2@example.com.
class Sequence {
public:
    explicit Sequence(std::string pattern) : pattern_(std::move(pattern)) {}
    std::string operator()() {
        std::string text = pattern_;
        const std::size_t place = text.find("{}");
        const std::string number = std::to_string(++last_);
        return place == std::string::npos ? text + number : text.replace(place, 2, number);
    }

private:
    std::string pattern_;
    std::uint64_t last_ = 0;
};

inline Sequence sequence(std::string pattern) {
    return Sequence(std::move(pattern));
}

}  // namespace mortise::testing
