#include "log/field.hpp"

#include <array>

namespace mortise::log {

namespace {

constexpr std::array<std::string_view, 7> kLevelNames = {"",      "debug",    "info", "warning",
                                                         "error", "critical", "off"};

// Borrowed by every record the thread writes; set and reset by ScopedContext only.
constinit thread_local const Context* current_context = nullptr;

}  // namespace

std::string_view nameOf(Level level) noexcept {
    return kLevelNames[static_cast<std::size_t>(level) % kLevelNames.size()];
}

std::optional<Level> levelOf(std::string_view name) noexcept {
    for (std::size_t i = 1; i < kLevelNames.size(); ++i) {
        if (kLevelNames[i] == name) {
            return static_cast<Level>(i);
        }
    }
    return std::nullopt;
}

ScopedContext::ScopedContext(const Context& context) noexcept : before_(current_context) {
    current_context = &context;
}

ScopedContext::~ScopedContext() {
    current_context = before_;
}

const Context* currentContext() noexcept {
    return current_context;
}

}  // namespace mortise::log
