// Invocation: one call of an operation, from the caller's arguments to the provider's answer.
//
// It owns everything the call needs (pin of the provider, input, output, unit of work of its own), so it can run on the caller's
// thread, on an executor thread or on a reactor, and outlive a caller that stopped waiting.
//
//   caller \ provider   blocking                              asynchronous
//   blocking            on the caller's thread, counted in    on a reactor, the caller waits until its deadline
//                       the provider's lane, never queued
//   asynchronous        on the executor, completion posted    on the caller's reactor, in a later pass
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "bridge/context.hpp"
#include "bridge/json_document.hpp"
#include "bridge/pending_span.hpp"
#include "bridge/publication.hpp"
#include "mortise/operations.h"

namespace mortise::bridge {

class Invocation final : public mortise_invocation {
public:
    /// Whether the unit of work asks its caller if it is still wanted; only while the caller surely waits. An asynchronous caller
    /// stops to wait at its deadline, so the unit asks through a CallerBond: see bind().
    enum class Bond { WithCaller, Detached };
    /// Called once with the invocation, settled.
    using Done = std::function<void(Invocation&)>;

    Invocation(FoundOperation found, Context& caller_unit, std::string_view input_text, Bond bond);
    Invocation(const Invocation&) = delete;
    Invocation& operator=(const Invocation&) = delete;

    static Invocation& of(mortise_invocation* invocation) noexcept {
        return *static_cast<Invocation*>(invocation);
    }

    void bind(std::shared_ptr<const CallerBond> bond) noexcept {
        unit_.bindToCaller(std::move(bond));
    }
    /// False with `failure` filled when the input is no JSON.
    bool read();
    /// Calls a blocking provider on this thread and settles.
    void runHere() noexcept;
    /// Calls an asynchronous provider on this reactor; `done` follows, perhaps inside this call, and the object frees itself.
    static void start(std::unique_ptr<Invocation> invocation, Done done) noexcept;
    /// The provider's complete().
    void complete(mortise_status outcome, const mortise_error& error) noexcept;
    mortise_status stageReply(std::string_view text, mortise_error* error);

    bool isAsync() const noexcept;
    HostInstance& provider() const noexcept { return found_.provider.instance(); }

    // Valid once settled.
    mortise_status status = MORTISE_OK;
    mortise_error failure;
    std::string reply;

private:
    mortise_status callHandler() noexcept;
    void settle(mortise_status outcome) noexcept;

    FoundOperation found_;
    Context unit_;
    PendingSpan span_;
    std::string caller_name_;
    std::string input_text_;
    JsonDocument document_;
    Done done_;
    bool* completed_ = nullptr;  // Set while the handler of an asynchronous provider runs.
};

}  // namespace mortise::bridge
