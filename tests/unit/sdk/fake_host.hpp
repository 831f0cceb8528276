// FakeHost: the tables of the contract as a plugin sees them, with everything recorded and nothing behind it.
//
// Completions of asynchronous calls wait in `pending` until the test runs them, as a reactor would: never inside the call that
// started them. Handles are counted, so a test can say that everything lent came back.
#pragma once

#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fake_values.hpp"
#include "mortise/plugin.hpp"
#include "tests/support/json_tokens.hpp"

struct mortise_declaration {};

namespace mortise::test {

struct FakeHost : mortise_host {
    FakeHost() : mortise_host{} {
        struct_size = sizeof(mortise_host);
        abi_version = MORTISE_ABI_VERSION;
        query = &FakeHost::find;
        fillRequest();
        fillDeclare();
        fillDb();
        fillOperations();
        fillOthers();
    }
    FakeHost(const FakeHost&) = delete;
    FakeHost& operator=(const FakeHost&) = delete;

    /// Runs the completions that wait, and those they cause.
    void runPending() {
        while (!pending.empty()) {
            const auto completion = std::move(pending.front());
            pending.pop_front();
            completion();
        }
    }

    /// Ends a wait of a coroutine; the completion is pending then.
    mortise_status endWait(mortise_handle wait, mortise_status status) {
        const auto found = waits.find(wait);
        if (found == waits.end()) {
            return MORTISE_STALE;
        }
        const auto [done, raw] = found->second;
        waits.erase(found);
        pending.push_back([done = done, raw = raw, status] { done(raw, status, nullptr); });
        return MORTISE_OK;
    }

    mortise_context* context() { return reinterpret_cast<mortise_context*>(this); }
    static FakeHost& of(mortise_context* raw) { return *reinterpret_cast<FakeHost*>(raw); }
    static FakeHost& of(const mortise_host* raw) {
        return *static_cast<FakeHost*>(const_cast<mortise_host*>(raw));
    }
    /// Declarations and calls without a context come here: one host per test, one test at a time.
    static FakeHost*& current() {
        static FakeHost* host = nullptr;
        return host;
    }

    std::map<std::string, const void*> tables;
    std::deque<std::function<void()>> pending;
    std::map<std::string, std::string> settings;
    std::vector<std::string> events;
    // declare
    std::vector<DeclaredRoute> routes;
    std::map<std::string, mortise_operation> operations;
    std::map<std::string, std::string> job_schemas;
    std::map<std::string, mortise_job_type> job_types;
    std::map<std::string, std::uint32_t> errors;
    std::map<std::string, std::string> schemas;
    // request
    std::vector<StagedResponse> responses;
    std::vector<mortise_status> finished;
    mortise_status respond_status = MORTISE_OK;
    std::function<void()> before_finish;
    // db
    std::deque<Rows> answers;
    std::vector<SeenStatement> statements;
    int results_lent = 0;
    // operations
    std::string operation_output = "{}";
    mortise_status operation_status = MORTISE_OK;
    std::string operation_input;
    std::vector<std::string> replies;
    std::vector<mortise_status> completed;
    // jobs
    std::vector<std::string> enqueued;
    std::string job_result;
    bool job_cancelled = false;
    // tasks
    std::vector<std::pair<mortise_task, void*>> after_response;
    std::int64_t remaining_ms = -1;
    std::map<mortise_handle, std::pair<mortise_wait_done, void*>> waits;
    mortise_handle last_wait = 0;
    mortise_status interruption = MORTISE_OK;

private:
    static mortise_status find(const mortise_host* host, mortise_str id, std::uint32_t,
                               const void** table, mortise_error*) {
        const auto found = of(host).tables.find(textOf(id));
        if (found == of(host).tables.end()) {
            return MORTISE_NOT_FOUND;
        }
        *table = found->second;
        return MORTISE_OK;
    }

    template <class Table>
    void offer(const char* id, Table& table) {
        table.struct_size = sizeof(Table);
        tables[id] = &table;
    }

    void fillRequest() {
        offer(MORTISE_REQUEST_INTERFACE, request_table);
        request_table.respond = [](mortise_request* request, const mortise_response* response,
                                   mortise_error* error) {
            FakeHost& host = of(request->context);
            if (host.respond_status != MORTISE_OK) {
                return detail::fail(error, host.respond_status, "", "refused");
            }
            StagedResponse copy{response->http_status,
                                response->flags,
                                textOf(response->message),
                                textOf(response->data),
                                textOf(response->meta),
                                textOf(response->error_code),
                                textOf(response->errors),
                                textOf(response->content_type),
                                std::string(reinterpret_cast<const char*>(response->body.data),
                                            response->body.size),
                                {}};
            for (std::uint32_t i = 0; i < response->header_count; ++i) {
                copy.headers[textOf(response->headers[i].name)] =
                    textOf(response->headers[i].value);
            }
            host.responses.push_back(std::move(copy));
            return static_cast<mortise_status>(MORTISE_OK);
        };
        request_table.finish = [](mortise_request* request, mortise_status status,
                                  const mortise_error*) {
            FakeHost& host = of(request->context);
            if (host.before_finish) {
                host.before_finish();
            }
            host.finished.push_back(status);
        };
    }

    void fillDeclare() {
        declare_table.struct_size = sizeof declare_table;
        declare_table.add_route = [](mortise_declaration*, const mortise_route* route,
                                     mortise_error*) {
            DeclaredRoute copy{textOf(route->method),
                               textOf(route->pattern),
                               textOf(route->openapi),
                               route->flags,
                               route->access,
                               route->deadline_ms,
                               {},
                               route->handler,
                               route->handler_context};
            for (std::uint32_t i = 0; i < route->role_count; ++i) {
                copy.roles.push_back(textOf(route->roles[i]));
            }
            for (std::uint32_t i = 0; i < route->header_count; ++i) {
                copy.headers[textOf(route->headers[i].name)] = textOf(route->headers[i].value);
            }
            current()->routes.push_back(std::move(copy));
            return static_cast<mortise_status>(MORTISE_OK);
        };
        declare_table.add_operation = [](mortise_declaration*, const mortise_operation* operation,
                                         mortise_error*) {
            current()->operations[textOf(operation->name)] = *operation;
            return static_cast<mortise_status>(MORTISE_OK);
        };
        declare_table.add_job_type = [](mortise_declaration*, const mortise_job_type* type,
                                        mortise_error*) {
            current()->job_types[textOf(type->name)] = *type;
            current()->job_schemas[textOf(type->name)] = textOf(type->args_schema);
            return static_cast<mortise_status>(MORTISE_OK);
        };
        declare_table.add_error = [](mortise_declaration*, mortise_str code,
                                     std::uint32_t http_status, mortise_str, mortise_error* error) {
            const auto [entry, is_new] = current()->errors.emplace(textOf(code), http_status);
            return is_new ? static_cast<mortise_status>(MORTISE_OK)
                          : detail::fail(error, MORTISE_CONFLICT, "", "declared twice");
        };
        declare_table.add_schema = [](mortise_declaration*, mortise_str name, mortise_str schema,
                                      mortise_error*) {
            current()->schemas[textOf(name)] = textOf(schema);
            return static_cast<mortise_status>(MORTISE_OK);
        };
    }

    Rows takeAnswer(const mortise_statement& statement) {
        SeenStatement seen{textOf(statement.sql), textOf(statement.name), statement.flags, {}};
        for (std::uint32_t i = 0; i < statement.param_count; ++i) {
            const mortise_value& value = statement.params[i];
            seen.params.push_back(
                value.size < 0
                    ? std::nullopt
                    : std::optional(std::string(value.data, static_cast<std::size_t>(value.size))));
        }
        statements.push_back(std::move(seen));
        if (answers.empty()) {
            return {};
        }
        Rows answer = std::move(answers.front());
        answers.pop_front();
        return answer;
    }

    void fillDb() {
        offer(MORTISE_DB_INTERFACE, db_table);
        db_table.execute = [](mortise_context* context, const mortise_statement* statement,
                              const mortise_result** result, mortise_error* error) {
            FakeHost& host = of(context);
            Rows answer = host.takeAnswer(*statement);
            if (answer.status != MORTISE_OK) {
                return detail::fail(error, answer.status, answer.code, answer.message);
            }
            *result = new OwnedResult(std::move(answer));
            ++host.results_lent;
            return static_cast<mortise_status>(MORTISE_OK);
        };
        db_table.execute_async = [](mortise_context* context, const mortise_statement* statement,
                                    mortise_db_done done, void* done_context, mortise_error*) {
            FakeHost& host = of(context);
            auto answer = std::make_shared<Rows>(host.takeAnswer(*statement));
            host.pending.push_back([&host, answer, done, done_context] {
                if (answer->status != MORTISE_OK) {
                    detail::Failure failure;
                    detail::fail(failure.out(), answer->status, answer->code, answer->message);
                    done(done_context, answer->status, nullptr, &failure);
                    return;
                }
                ++host.results_lent;
                done(done_context, MORTISE_OK, new OwnedResult(std::move(*answer)), nullptr);
            });
            return static_cast<mortise_status>(MORTISE_OK);
        };
        db_table.release = [](const mortise_host* host, const mortise_result* result) {
            --of(host).results_lent;
            delete static_cast<const OwnedResult*>(result);
        };
        db_table.commit_now = [](mortise_context* context, mortise_error*) {
            of(context).statements.push_back({"COMMIT", "", 0, {}});
            return static_cast<mortise_status>(MORTISE_OK);
        };
    }

    void fillOperations() {
        offer(MORTISE_OPERATIONS_INTERFACE, operations_table);
        operations_table.call = [](mortise_context* context, mortise_str, mortise_str input,
                                   mortise_operation_done done, void* done_context,
                                   mortise_error* error) {
            FakeHost& host = of(context);
            host.operation_input = textOf(input);
            if (host.operation_status != MORTISE_OK) {
                return detail::fail(error, host.operation_status, "EMAIL_TAKEN", "Taken", 409);
            }
            done(done_context, MORTISE_OK, detail::str(host.operation_output), nullptr);
            return static_cast<mortise_status>(MORTISE_OK);
        };
        operations_table.call_async = [](mortise_context* context, mortise_str, mortise_str input,
                                         mortise_operation_done done, void* done_context,
                                         mortise_error*) {
            FakeHost& host = of(context);
            host.operation_input = textOf(input);
            host.pending.push_back([&host, done, done_context] {
                detail::Failure failure;
                detail::fail(failure.out(), host.operation_status, "EMAIL_TAKEN", "Taken", 409);
                const std::string output =
                    host.operation_status == MORTISE_OK ? host.operation_output : "";
                done(done_context, host.operation_status, detail::str(output), &failure);
            });
            return static_cast<mortise_status>(MORTISE_OK);
        };
        operations_table.reply = [](mortise_invocation* invocation, mortise_str output,
                                    mortise_error*) {
            of(invocation->context).replies.push_back(textOf(output));
            return static_cast<mortise_status>(MORTISE_OK);
        };
        operations_table.complete = [](mortise_invocation* invocation, mortise_status status,
                                       const mortise_error*) {
            of(invocation->context).completed.push_back(status);
        };
    }

    void fillOthers() {
        offer(MORTISE_LOG_INTERFACE, log_table);
        log_table.write = [](const mortise_host* host, mortise_context*, std::uint32_t,
                             mortise_str event, const mortise_field* fields, std::uint32_t count) {
            std::string line = textOf(event);
            for (std::uint32_t i = 0; i < count; ++i) {
                line += " " + textOf(fields[i].key) + "=";
                line += fields[i].kind == MORTISE_FIELD_TEXT ? textOf(fields[i].text)
                                                             : std::to_string(fields[i].integer);
            }
            of(host).events.push_back(std::move(line));
        };
        log_table.enabled = [](const mortise_host*, std::uint32_t) -> std::uint32_t { return 1; };
        offer(MORTISE_CONFIG_INTERFACE, config_table);
        config_table.get = [](const mortise_host* host, mortise_str key, mortise_str* value,
                              mortise_error*) {
            const auto found = of(host).settings.find(textOf(key));
            if (found == of(host).settings.end()) {
                return static_cast<mortise_status>(MORTISE_NOT_FOUND);
            }
            *value = detail::str(found->second);
            return static_cast<mortise_status>(MORTISE_OK);
        };
        offer(MORTISE_JSON_INTERFACE, json_table);
        json_table.parse = [](const mortise_host*, mortise_str text,
                              const mortise_json_document** document, mortise_error*) {
            auto* parsed = new ParsedText{JsonTokens(detail::view(text))};
            *document = &parsed->tokens.document();
            lent()[*document] = parsed;
            return static_cast<mortise_status>(MORTISE_OK);
        };
        json_table.release = [](const mortise_host*, const mortise_json_document* document) {
            delete lent()[document];
            lent().erase(document);
        };
        offer(MORTISE_JOBS_INTERFACE, jobs_table);
        jobs_table.enqueue = [](mortise_context* context, const mortise_job_request* request,
                                mortise_buffer* job_id, mortise_error*) {
            of(context).enqueued.push_back(textOf(request->job_type) + textOf(request->args));
            job_id->size = 36;
            std::memcpy(job_id->data, "0190a6f4-7b1c-7cc3-98c4-dc0c0c07398f", 36);
            return static_cast<mortise_status>(MORTISE_OK);
        };
        jobs_table.progress = [](mortise_job* job, double, mortise_str) {
            return static_cast<mortise_status>(of(job->context).job_cancelled ? MORTISE_CANCELLED
                                                                              : MORTISE_OK);
        };
        jobs_table.result = [](mortise_job* job, mortise_str result, mortise_error*) {
            of(job->context).job_result = textOf(result);
            return static_cast<mortise_status>(MORTISE_OK);
        };
        offer(MORTISE_TASKS_INTERFACE, tasks_table);
        tasks_table.after_response = [](mortise_context* context, mortise_task task, void* raw,
                                        mortise_error*) {
            of(context).after_response.emplace_back(task, raw);
            return static_cast<mortise_status>(MORTISE_OK);
        };
        tasks_table.remaining_ms = [](mortise_context* context) {
            return of(context).remaining_ms;
        };
        tasks_table.wait_async = [](mortise_context* context, mortise_wait_done done, void* raw,
                                    mortise_handle* wait, mortise_error*) {
            FakeHost& host = of(context);
            *wait = ++host.last_wait;
            host.waits[*wait] = {done, raw};
            return static_cast<mortise_status>(MORTISE_OK);
        };
        tasks_table.wake = [](const mortise_host* host, mortise_handle wait) {
            return of(host).endWait(wait, MORTISE_OK);
        };
        tasks_table.interrupted = [](mortise_context* context) { return of(context).interruption; };
        offer(MORTISE_IDENTITY_INTERFACE, identity_table);
    }

    struct ParsedText {
        JsonTokens tokens;
    };
    static std::map<const mortise_json_document*, ParsedText*>& lent() {
        static std::map<const mortise_json_document*, ParsedText*> documents;
        return documents;
    }

public:
    mortise_request_api request_table{};
    mortise_declare declare_table{};
    mortise_db db_table{};
    mortise_operations operations_table{};
    mortise_log log_table{};
    mortise_config config_table{};
    mortise_json json_table{};
    mortise_jobs jobs_table{};
    mortise_tasks tasks_table{};
    mortise_identity identity_table{};
};

}  // namespace mortise::test
