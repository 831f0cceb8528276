#include "testing/operations.hpp"

#include "base/error.hpp"
#include "bridge/failure.hpp"
#include "bridge/text.hpp"
#include "limits.hpp"

namespace mortise::testing {

void Operations::set(const std::string& operation, mortise_testing_operation handler,
                     void* handler_context) {
    const std::lock_guard lock(mutex_);
    if (handler == nullptr) {
        entries_.erase(operation);
        return;
    }
    if (entries_.size() >= limits::kTestingOperationCountMax) {
        throw Error(500, "INVALID_ARGUMENT", "a test answers too many operations");
    }
    entries_[operation] = {handler, handler_context};
}

Operations::Entry Operations::find(std::string_view operation) noexcept {
    const std::shared_lock lock(mutex_);
    const auto found = entries_.find(operation);
    return found == entries_.end() ? Entry{} : found->second;
}

bool Operations::answers(std::string_view operation) noexcept {
    return find(operation).handler != nullptr;
}

mortise_status Operations::call(std::string_view operation, std::string_view input,
                                std::string& output, mortise_error& error) noexcept {
    const Entry entry = find(operation);
    if (entry.handler == nullptr) {
        return bridge::fail(&error, MORTISE_NOT_FOUND, "OPERATION_NOT_FOUND",
                            "the test does not answer the operation any more");
    }
    return bridge::callPlugin(error, [&] {
        return entry.handler(
            entry.context, bridge::strOf(operation), bridge::strOf(input),
            [](void* reply, mortise_str text) {
                static_cast<std::string*>(reply)->assign(bridge::viewOf(text));
            },
            &output, &error);
    });
}

}  // namespace mortise::testing
