#include "http/rules/handler_scope.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "http/exchange.hpp"
#include "identity/principal.hpp"
#include "limits.hpp"

namespace mortise::http {

HandlerScope::HandlerScope(const Exchange& exchange) noexcept
    : context_(contextOf(exchange)), scope_(context_) {}

std::string_view HandlerScope::keep(std::string_view text, std::size_t size_max) noexcept {
    const std::string_view cut = cutUtf8(text, std::min(size_max, storage_.size() - used_));
    char* place = storage_.data() + used_;
    std::copy(cut.begin(), cut.end(), place);
    used_ += cut.size();
    return {place, cut.size()};
}

log::Context HandlerScope::contextOf(const Exchange& exchange) noexcept {
    log::Context context;
    context.request_id = keep(exchange.request_id, limits::kRequestIdSizeMax);
    context.method = nameOf(exchange.method);
    context.trace = exchange.trace.ids;
    if (exchange.principal) {
        context.user_id = keep(exchange.principal->subject, 64);
    }
    if (exchange.route != nullptr) {
        context.plugin = keep(exchange.route->plugin, 64);
    }
    context.path = keep(exchange.path, storage_.size());
    return context;
}

}  // namespace mortise::http
