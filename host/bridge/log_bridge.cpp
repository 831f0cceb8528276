// "mortise.log/1": events of plugins in the host's log, with the context of the unit of work they belong to.
#include <algorithm>
#include <vector>

#include "bridge/context.hpp"
#include "bridge/host_instance.hpp"
#include "bridge/tables.hpp"
#include "bridge/text.hpp"
#include "limits.hpp"
#include "log/log.hpp"

namespace mortise::bridge {
namespace {

log::Field fieldOf(const mortise_field& field) noexcept {
    switch (field.kind) {
        case MORTISE_FIELD_INTEGER:
            return {viewOf(field.key), field.integer};
        case MORTISE_FIELD_NUMBER:
            return {viewOf(field.key), field.number};
        case MORTISE_FIELD_BOOLEAN:
            return {viewOf(field.key), field.integer != 0};
        default:
            return {viewOf(field.key), viewOf(field.text)};
    }
}

log::Level levelOf(std::uint32_t level) noexcept {
    return static_cast<log::Level>(std::clamp(level, MORTISE_LOG_DEBUG, MORTISE_LOG_CRITICAL));
}

void write(const mortise_host* host, mortise_context* context, std::uint32_t level,
           mortise_str event, const mortise_field* fields, std::uint32_t field_count) {
    HostInstance& instance = HostInstance::of(host);
    if (!instance.isServing() || !instance.services().log.isEnabled(levelOf(level))) {
        return;
    }
    try {
        std::vector<log::Field> copied;
        const std::size_t count = std::min<std::size_t>(field_count, limits::kLogFieldCountMax);
        copied.reserve(count);
        std::transform(fields, fields + count, std::back_inserter(copied), fieldOf);
        log::Context unit;
        if (context != nullptr) {
            unit = Context::of(context).logContext();
        } else {
            unit.plugin = instance.pluginName();
        }
        instance.services().log.write(levelOf(level), viewOf(event), copied, &unit);
    } catch (...) {
        // Without memory the event is lost like one that finds the queue full.
        return;
    }
}

std::uint32_t enabled(const mortise_host* host, std::uint32_t level) {
    HostInstance& instance = HostInstance::of(host);
    return instance.isServing() && instance.services().log.isEnabled(levelOf(level)) ? 1U : 0U;
}

}  // namespace

const mortise_log& logTable() noexcept {
    static constexpr mortise_log kTable{sizeof(mortise_log), 0, write, enabled};
    return kTable;
}

}  // namespace mortise::bridge
