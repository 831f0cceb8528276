#include "identity/passwords.hpp"

#include <openssl/crypto.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <variant>

#include "base/error.hpp"
#include "identity/password_formats.hpp"
#include "limits.hpp"
#include "run/cpu_pool.hpp"

namespace mortise::identity {

namespace {

using Deadline = std::chrono::steady_clock::time_point;

// A text that leaves no copy behind.
class SecretText {
public:
    explicit SecretText(std::string_view text) : text_(text) {}
    ~SecretText() { ::OPENSSL_cleanse(text_.data(), text_.size()); }
    SecretText(const SecretText&) = delete;
    SecretText& operator=(const SecretText&) = delete;
    std::string_view view() const noexcept { return text_; }

private:
    std::string text_;
};

// Where the worker leaves its result. Shared, because the one who asked may have stopped waiting.
template <typename Result>
class Answer {
public:
    bool isAwaited() const {
        const std::lock_guard lock(mutex_);
        return awaited_;
    }
    void give(std::variant<Result, Error> result) {
        {
            const std::lock_guard lock(mutex_);
            result_.emplace(std::move(result));
        }
        given_.notify_one();
    }
    Result wait(Deadline deadline) {
        std::unique_lock lock(mutex_);
        if (!given_.wait_until(lock, deadline, [&] { return result_.has_value(); })) {
            awaited_ = false;
            throw Error(503, "DEADLINE_EXCEEDED", "could not hash a password before the deadline");
        }
        if (const Error* error = std::get_if<Error>(&*result_)) {
            throw *error;
        }
        return std::move(std::get<Result>(*result_));
    }

private:
    mutable std::mutex mutex_;  // Guards both below.
    std::condition_variable given_;
    bool awaited_ = true;
    std::optional<std::variant<Result, Error>> result_;
};

template <typename Result, typename Function>
class HashWork final : public run::Work {
public:
    HashWork(std::string_view password, std::shared_ptr<Answer<Result>> answer, Function function)
        : password_(password), answer_(std::move(answer)), function_(std::move(function)) {}

    void run() noexcept override {
        const std::unique_ptr<HashWork> self(this);
        if (!answer_->isAwaited()) {
            return;
        }
        try {
            answer_->give(function_(password_.view()));
        } catch (const Error& error) {
            answer_->give(error);
        } catch (const std::exception& error) {
            answer_->give(Error(503, "SERVICE_UNAVAILABLE", "could not hash a password", error));
        }
    }

private:
    SecretText password_;
    std::shared_ptr<Answer<Result>> answer_;
    Function function_;
};

template <typename Result, typename Function>
Result runOn(run::CpuPool& pool, std::string_view password, Deadline deadline, Function function) {
    auto answer = std::make_shared<Answer<Result>>();
    std::unique_ptr<run::Work> work =
        std::make_unique<HashWork<Result, Function>>(password, answer, std::move(function));
    if (!pool.submit(work)) {
        throw Error::unavailable("could not hash a password: too many are waiting");
    }
    return answer->wait(deadline);
}

void checkPassword(std::string_view password) {
    if (password.size() > limits::kPasswordSizeMax) {
        throw Error(
            400, "INVALID_ARGUMENT",
            "a password is longer than " + std::to_string(limits::kPasswordSizeMax) + " bytes");
    }
}

}  // namespace

struct PasswordHasher::State {
    run::CpuPool& pool;
    const PasswordSettings settings;
};

PasswordHasher::PasswordHasher(run::CpuPool& pool, PasswordSettings settings)
    : state_(new State{pool, settings}) {}

PasswordHasher::~PasswordHasher() = default;

std::string PasswordHasher::hash(std::string_view password, Deadline deadline) {
    checkPassword(password);
    return runOn<std::string>(state_->pool, password, deadline,
                              [settings = state_->settings](std::string_view text) {
                                  return hashArgon2id(text, settings);
                              });
}

PasswordMatch PasswordHasher::verify(std::string_view password, std::string_view stored,
                                     Deadline deadline) {
    checkPassword(password);
    if (stored.size() > limits::kPasswordHashSizeMax) {
        throw Error(400, "INVALID_ARGUMENT", "a stored password hash is too long");
    }
    return runOn<PasswordMatch>(
        state_->pool, password, deadline,
        [settings = state_->settings, hash = std::string(stored)](std::string_view text) {
            if (hash.empty()) {
                static_cast<void>(hashArgon2id(text, settings));
                return PasswordMatch::No;
            }
            return matchPassword(text, hash, settings);
        });
}

}  // namespace mortise::identity
