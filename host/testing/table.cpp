#include "testing/table.hpp"

#include "base/error.hpp"
#include "base/strings.hpp"
#include "bridge/failure.hpp"
#include "bridge/job_run.hpp"
#include "bridge/json_document.hpp"
#include "bridge/text.hpp"
#include "db/failure.hpp"
#include "testing/test_app.hpp"

struct mortise_testing_app {
    explicit mortise_testing_app(const mortise::testing::AppOptions& options) : app(options) {}
    mortise::testing::TestApp app;
};

namespace mortise::testing {
namespace {

using bridge::fail;
using bridge::guarded;
using bridge::strOf;
using bridge::viewOf;

std::string textOf(mortise_str text) {
    return std::string(viewOf(text));
}

AppOptions optionsOf(const mortise_testing_options& given) {
    AppOptions options;
    for (std::uint32_t at = 0; at < given.plugin_count; ++at) {
        options.plugins.emplace_back(textOf(given.plugins[at]));
    }
    for (std::uint32_t at = 0; at < given.setting_count; ++at) {
        options.settings.emplace_back(textOf(given.settings[at].name),
                                      textOf(given.settings[at].value));
    }
    return options;
}

/// Frees a stopped app, unless threads are inside its plugins for ever: what they use stays until the process ends.
void freeStopped(std::unique_ptr<mortise_testing_app> app) {
    if (app->app.isOccupied()) {
        static_cast<void>(app.release());
    }
}

mortise_status open(const mortise_testing_options* given, mortise_testing_app** opened,
                    mortise_testing_text reason, void* reason_context, mortise_error* error) {
    return guarded(error, [&] {
        try {
            auto app = std::make_unique<mortise_testing_app>(optionsOf(*given));
            try {
                app->app.start();
            } catch (const std::exception&) {
                static_cast<void>(app->app.stop());
                freeStopped(std::move(app));
                throw;
            }
            *opened = app.release();
            return MORTISE_OK;
        } catch (const std::exception& failure) {
            reason(reason_context, strOf(failure.what()));
            throw;
        }
    });
}

mortise_status close(mortise_testing_app* closed, mortise_testing_text reason,
                     void* reason_context) {
    if (closed == nullptr) {
        return MORTISE_OK;
    }
    return guarded(nullptr, [&]() -> mortise_status {
        std::unique_ptr<mortise_testing_app> app(closed);
        const std::string reasons = app->app.stop();
        freeStopped(std::move(app));
        if (reasons.empty()) {
            return MORTISE_OK;
        }
        reason(reason_context, strOf(reasons));
        return MORTISE_INTERNAL;
    });
}

std::vector<std::string> textsOf(const mortise_str* texts, std::uint32_t count) {
    std::vector<std::string> copies;
    for (std::uint32_t at = 0; at < count; ++at) {
        copies.push_back(textOf(texts[at]));
    }
    return copies;
}

identity::Principal principalOf(const mortise_principal& given) {
    identity::Principal principal;
    principal.subject = textOf(given.subject);
    principal.roles = textsOf(given.roles, given.role_count);
    principal.scopes = textsOf(given.scopes, given.scope_count);
    principal.token_id = textOf(given.token_id);
    principal.session_id = textOf(given.session_id);
    principal.issued_at_s = given.issued_at_s;
    principal.expires_at_s = given.expires_at_s;
    return principal;
}

RequestText requestOf(const mortise_testing_request& given) {
    RequestText text{textOf(given.method), textOf(given.target), {}, textOf(given.body)};
    for (std::uint32_t at = 0; at < given.header_count; ++at) {
        text.headers.emplace_back(lowered(viewOf(given.headers[at].name)),
                                  textOf(given.headers[at].value));
    }
    return text;
}

void deliver(const AnswerText& answer, mortise_testing_answer receive, void* answer_context) {
    std::vector<mortise_pair> headers;
    for (const auto& [name, value] : answer.headers) {
        headers.push_back({strOf(name), strOf(value)});
    }
    mortise_testing_reply reply{};
    reply.struct_size = sizeof reply;
    reply.http_status = static_cast<std::uint32_t>(answer.status);
    reply.headers = headers.data();
    reply.header_count = static_cast<std::uint32_t>(headers.size());
    reply.body = strOf(answer.body);
    receive(answer_context, &reply);
}

mortise_status request(mortise_testing_app* app, const mortise_testing_request* given,
                       mortise_testing_answer receive, void* answer_context, mortise_error* error) {
    return guarded(error, [&] {
        std::optional<identity::Principal> principal;
        if (given->principal != nullptr) {
            principal = principalOf(*given->principal);
        }
        deliver(app->app.request(requestOf(*given), principal ? &*principal : nullptr), receive,
                answer_context);
        return MORTISE_OK;
    });
}

mortise_status answerOperation(mortise_testing_app* app, mortise_str operation,
                               mortise_testing_operation handler, void* handler_context,
                               mortise_error* error) {
    return guarded(error, [&] {
        app->app.operations().set(textOf(operation), handler, handler_context);
        return MORTISE_OK;
    });
}

mortise_status sql(mortise_testing_app* app, mortise_str statement, const mortise_value* params,
                   std::uint32_t param_count, mortise_testing_row row, void* row_context,
                   mortise_error* error) {
    return guarded(error, [&] {
        std::vector<db::Value> values;
        for (std::uint32_t at = 0; at < param_count; ++at) {
            values.push_back({params[at].data, params[at].size});
        }
        try {
            app->app.sql(
                viewOf(statement), values,
                [&](std::span<const db::Result::Column> columns, std::span<const db::Value> cells) {
                    std::vector<mortise_str> names;
                    std::vector<mortise_value> texts;
                    for (std::size_t at = 0; at < columns.size(); ++at) {
                        names.push_back(strOf(columns[at].text()));
                        texts.push_back({cells[at].data, cells[at].size});
                    }
                    row(row_context, names.data(), texts.data(),
                        static_cast<std::uint32_t>(columns.size()));
                });
            return MORTISE_OK;
        } catch (const db::Failure& failure) {
            const bool is_conflict = failure.httpStatus() == 409;
            return fail(error, is_conflict ? MORTISE_CONFLICT : MORTISE_INVALID_ARGUMENT,
                        failure.sqlstate().empty() ? failure.code() : failure.sqlstate(),
                        failure.what());
        }
    });
}

mortise_status runJob(mortise_testing_app* app, mortise_str job_type, mortise_str args,
                      std::uint32_t attempt, mortise_testing_text result, void* result_context,
                      mortise_error* error) {
    return guarded(error, [&] {
        struct Receiver {
            mortise_testing_text result;
            void* context;
        } receiver{result, result_context};
        mortise_job_run run{};
        run.struct_size = sizeof run;
        run.attempt = attempt;
        run.max_attempts = attempt;
        run.job_id = strOf("00000000-0000-7000-8000-000000000000");
        run.job_type = job_type;
        run.args = args;
        return bridge::runJob(
            app->app.publication(), run,
            [](void* context, mortise_str text) {
                const Receiver& to = *static_cast<Receiver*>(context);
                to.result(to.context, text);
            },
            &receiver, error);
    });
}

mortise_status logs(mortise_testing_app* app, mortise_testing_text line, void* line_context) {
    return guarded(nullptr, [&] {
        for (const std::string& text : app->app.logLines()) {
            line(line_context, strOf(text));
        }
        return MORTISE_OK;
    });
}

mortise_status settle(mortise_testing_app* app, std::uint32_t deadline_ms, mortise_error* error) {
    return guarded(error, [&] {
        const std::string busy = app->app.settle(std::chrono::steady_clock::now() +
                                                 std::chrono::milliseconds(deadline_ms));
        return busy.empty() ? MORTISE_OK
                            : fail(error, MORTISE_DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED",
                                   "plugin " + busy + " is still busy");
    });
}

struct OwnDocument : mortise_json_document {
    bridge::JsonDocument parsed;
};

mortise_status parseJson(mortise_str text, const mortise_json_document** document,
                         mortise_error* error) {
    return guarded(error, [&] {
        auto own = std::make_unique<OwnDocument>();
        bridge::JsonDocument::Problem problem;
        if (!own->parsed.parse(viewOf(text), problem)) {
            return fail(error, MORTISE_INVALID_ARGUMENT, "MALFORMED_JSON", problem.message);
        }
        static_cast<mortise_json_document&>(*own) = own->parsed.view();
        *document = own.release();
        return MORTISE_OK;
    });
}

void releaseJson(const mortise_json_document* document) {
    delete static_cast<const OwnDocument*>(document);
}

mortise_status setClock(mortise_testing_app* app, std::int64_t now_us) {
    using std::chrono::system_clock;
    app->app.clock().set(system_clock::time_point(std::chrono::microseconds(now_us)));
    return MORTISE_OK;
}

std::int64_t clockOf(mortise_testing_app* app) {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               app->app.clock().now().time_since_epoch())
        .count();
}

mortise_status answerHttp(mortise_testing_app* app, mortise_str pattern,
                          mortise_testing_http handler, void* handler_context,
                          mortise_error* error) {
    return guarded(error, [&] {
        return app->app.outgoing().add(textOf(pattern), handler, handler_context)
                   ? MORTISE_OK
                   : fail(error, MORTISE_EXHAUSTED, "EXHAUSTED",
                          "a test answers too many calls to other servers");
    });
}

}  // namespace

const mortise_testing& table() noexcept {
    static constexpr mortise_testing kTable{sizeof(mortise_testing),
                                            0,
                                            open,
                                            close,
                                            request,
                                            answerOperation,
                                            sql,
                                            runJob,
                                            logs,
                                            settle,
                                            parseJson,
                                            releaseJson,
                                            setClock,
                                            clockOf,
                                            answerHttp};
    return kTable;
}

}  // namespace mortise::testing
