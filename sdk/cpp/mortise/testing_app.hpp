// AppHandle: an app of mortise/testing.h as a C++ object; what App and its clients share.
#pragma once

#include <cstdio>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mortise/errors.hpp"
#include "mortise/testing_values.hpp"

namespace mortise::testing {

/// How an app is made. Settings are those of the host and of the plugins, by their full keys.
class Options {
public:
    /// `setting("notes.count_max", 3)`.
    template <class Value>
    Options& setting(std::string key, const Value& value) {
        settings_.emplace_back(std::move(key), detail::textOf(value).value_or(""));
        return *this;
    }
    /// Another plugin the tested one works with, for real.
    Options& plugin(std::string file) {
        plugins_.push_back(std::move(file));
        return *this;
    }

private:
    friend class AppHandle;
    std::vector<std::pair<std::string, std::string>> settings_;
    std::vector<std::string> plugins_;
};

class AppHandle {
public:
    using Answer = std::function<std::string(std::string_view)>;
    using HttpAnswer = std::function<Reply(const HttpRequest&)>;

    AppHandle(const std::string& plugin_file, const Options& options)
        : table_(mortise_testing_v1()) {
        std::vector<mortise_str> plugins{mortise::detail::str(plugin_file)};
        for (const std::string& file : options.plugins_) {
            plugins.push_back(mortise::detail::str(file));
        }
        std::vector<mortise_pair> settings;
        for (const auto& [key, value] : options.settings_) {
            settings.push_back({mortise::detail::str(key), mortise::detail::str(value)});
        }
        mortise_testing_options given{};
        given.struct_size = sizeof given;
        given.plugins = plugins.data();
        given.plugin_count = static_cast<std::uint32_t>(plugins.size());
        given.settings = settings.data();
        given.setting_count = static_cast<std::uint32_t>(settings.size());
        std::string reason;
        mortise::detail::Failure error;
        if (table_->open(&given, &app_, takeText, &reason, error.out()) != MORTISE_OK) {
            throw Failure(reason.empty() ? error.message : reason, error.code);
        }
    }
    ~AppHandle() {
        const std::string reason = close();
        if (!reason.empty()) {
            std::fprintf(stderr, "the app of a test did not stop well: %s\n", reason.c_str());
        }
    }
    AppHandle(const AppHandle&) = delete;
    AppHandle& operator=(const AppHandle&) = delete;

    const mortise_testing& table() const noexcept { return *table_; }
    /// Throws Failure when it is closed.
    mortise_testing_app* app() const {
        if (app_ == nullptr) {
            throw Failure("the app is closed");
        }
        return app_;
    }

    /// What did not stop well, empty when all did.
    std::string close() {
        std::string reason;
        if (app_ == nullptr) {
            return reason;
        }
        table_->close(std::exchange(app_, nullptr), takeText, &reason);
        return reason;
    }

    void answer(const std::string& operation, Answer answer) {
        const std::lock_guard lock(mutex_);
        // Kept until the end: a call may be under way when another answer takes its place.
        Operation& entry = *operations_.emplace_back(std::make_unique<Operation>());
        entry.name = operation;
        entry.answer = std::move(answer);
        mortise::detail::Failure error;
        if (table_->answer_operation(app(), mortise::detail::str(operation), call, &entry,
                                     error.out()) != MORTISE_OK) {
            detail::raise(error, operation);
        }
    }

    void answerHttp(const std::string& pattern, HttpAnswer answer) {
        const std::lock_guard lock(mutex_);
        Server& entry = *servers_.emplace_back(std::make_unique<Server>());
        entry.answer = std::move(answer);
        mortise::detail::Failure error;
        if (table_->answer_http(app_, mortise::detail::str(pattern), callHttp, &entry,
                                error.out()) != MORTISE_OK) {
            detail::raise(error, pattern);
        }
    }

    /// Inputs of the calls of an operation the test answers, in their order.
    std::vector<std::string> calls(std::string_view operation) const {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> inputs;
        for (const auto& entry : operations_) {
            const std::lock_guard entry_lock(entry->mutex);
            if (entry->name == operation) {
                inputs.insert(inputs.end(), entry->inputs.begin(), entry->inputs.end());
            }
        }
        return inputs;
    }

    static void takeText(void* text, mortise_str given) {
        static_cast<std::string*>(text)->assign(mortise::detail::view(given));
    }

private:
    struct Operation {
        std::string name;
        Answer answer;
        std::mutex mutex;  // Guards inputs.
        std::vector<std::string> inputs;
    };

    struct Server {
        HttpAnswer answer;
    };

    // UnavailableError means that the server is not reached; everything else fails the call with its text.
    static mortise_status callHttp(void* context, const mortise_testing_request* call,
                                   mortise_testing_answer reply, void* reply_context,
                                   mortise_error* error) {
        try {
            const Reply given = static_cast<Server*>(context)->answer(HttpRequest(*call));
            std::vector<mortise_pair> headers;
            for (const auto& [name, value] : given.headers) {
                headers.push_back({mortise::detail::str(name), mortise::detail::str(value)});
            }
            mortise_testing_reply raw{};
            raw.struct_size = sizeof raw;
            raw.http_status = given.status;
            raw.headers = headers.data();
            raw.header_count = static_cast<std::uint32_t>(headers.size());
            raw.body = mortise::detail::str(given.body);
            reply(reply_context, &raw);
            return MORTISE_OK;
        } catch (const UnavailableError& failure) {
            return mortise::detail::fail(error, MORTISE_UNAVAILABLE, failure.code(),
                                         failure.message());
        } catch (const std::exception& failure) {
            return mortise::detail::fail(error, MORTISE_INTERNAL, "TEST", failure.what());
        }
    }

    // What the answer throws is what the caller gets: an AppError with its code and status, everything else as a failure.
    static mortise_status call(void* context, mortise_str, mortise_str input,
                               mortise_testing_text reply, void* reply_context,
                               mortise_error* error) {
        Operation& operation = *static_cast<Operation*>(context);
        try {
            {
                const std::lock_guard lock(operation.mutex);
                operation.inputs.emplace_back(mortise::detail::view(input));
            }
            const std::string output = operation.answer(mortise::detail::view(input));
            reply(reply_context, mortise::detail::str(output));
            return MORTISE_OK;
        } catch (const AppError& failure) {
            return mortise::detail::fail(error, MORTISE_DOMAIN_ERROR, failure.code(),
                                         failure.message(),
                                         static_cast<std::uint32_t>(failure.httpStatus()));
        } catch (const std::exception& failure) {
            return mortise::detail::fail(error, MORTISE_INTERNAL, "TEST", failure.what());
        }
    }

    const mortise_testing* table_;
    mortise_testing_app* app_ = nullptr;
    mutable std::mutex mutex_;  // Guards the two below.
    std::vector<std::unique_ptr<Operation>> operations_;
    std::vector<std::unique_ptr<Server>> servers_;
};

}  // namespace mortise::testing
