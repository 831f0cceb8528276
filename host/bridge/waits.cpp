#include "bridge/waits.hpp"

#include <memory>
#include <string_view>

#include "bridge/context.hpp"
#include "bridge/failure.hpp"
#include "bridge/host_instance.hpp"
#include "log/log.hpp"

namespace mortise::bridge {

/// Belongs to whoever took it out of the table.
class Waits::Wait final : public run::Timer, public run::Work {
public:
    Wait(Waits& owner, Context& unit, mortise_wait_done done, void* done_context)
        : owner_(owner),
          unit_(unit),
          reactor_(*run::Reactor::current()),
          done_(done),
          done_context_(done_context) {}

    void arm() {
        const auto fallback = unit_.instance().services().request_deadline;
        reactor_.arm(*this, unit_.deadlineOr(fallback));
    }
    void onTimer() noexcept override {
        // Nothing to do when somebody else was faster: its completion is on the way.
        if (owner_.waits_.take(handle)) {
            status_ = MORTISE_DEADLINE_EXCEEDED;
            end();
        }
    }
    /// Any thread.
    void endLater(mortise_status status) noexcept {
        status_ = status;
        reactor_.post(*this);
    }
    void run() noexcept override { end(); }

    /// Of the reactor alone.
    mortise_handle handle = 0;

private:
    void end() noexcept {
        const std::unique_ptr<Wait> self(this);
        const mortise_status status = status_;
        reactor_.disarm(*this);
        mortise_error error = blankError();
        if (status == MORTISE_DEADLINE_EXCEEDED) {
            fail(&error, status, "DEADLINE_EXCEEDED", "nobody woke the wait before its deadline");
        } else if (status != MORTISE_OK) {
            fail(&error, status, "CANCELLED", "the plugin is being stopped");
        }
        // The continuation may end the unit of work, so nothing of it is touched afterwards.
        const std::string request_id = unit_.request_id;
        const std::string user_id = unit_.user_id;
        const std::string method = unit_.method;
        const std::string path = unit_.path;
        const log::Context log_context{
            request_id, user_id, method, path, unit_.instance().pluginName(), unit_.trace.ids};
        const log::ScopedContext scope(log_context);
        mortise_error ignored = blankError();
        callPlugin(ignored, [&] {
            done_(done_context_, status, status == MORTISE_OK ? nullptr : &error);
            return MORTISE_OK;
        });
    }

    Waits& owner_;
    Context& unit_;
    run::Reactor& reactor_;
    mortise_wait_done done_;
    void* done_context_;
    mortise_status status_ = MORTISE_OK;
};

mortise_handle Waits::start(Context& unit, mortise_wait_done done, void* done_context) {
    auto wait = std::make_unique<Wait>(*this, unit, done, done_context);
    wait->arm();
    const mortise_handle handle = waits_.insert(wait.get());
    if (handle != 0) {
        // cancel() may have taken it already, but its completion comes on this reactor, after this call.
        wait.release()->handle = handle;
    }
    return handle;
}

bool Waits::wake(mortise_handle wait) {
    const auto taken = waits_.take(wait);
    if (taken) {
        (*taken)->endLater(MORTISE_OK);
    }
    return taken.has_value();
}

bool Waits::forget(mortise_handle wait) {
    const auto taken = waits_.take(wait);
    if (taken) {
        delete *taken;
    }
    return taken.has_value();
}

void Waits::cancel() {
    for (Wait* wait : waits_.takeAll()) {
        wait->endLater(MORTISE_CANCELLED);
    }
}

}  // namespace mortise::bridge
