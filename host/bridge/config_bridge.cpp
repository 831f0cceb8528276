// "mortise.config/1": the settings of one plugin, resolved and checked before it was loaded.
#include "bridge/failure.hpp"
#include "bridge/host_instance.hpp"
#include "bridge/tables.hpp"
#include "bridge/text.hpp"

namespace mortise::bridge {
namespace {

mortise_status find(const Values& values, mortise_str key, mortise_str* value,
                    mortise_error* error) {
    return guarded(error, [&] {
        const auto found = values.find(viewOf(key));
        if (found == values.end() || value == nullptr) {
            return fail(error, MORTISE_NOT_FOUND, "NOT_FOUND",
                        "no value for \"" + std::string(viewOf(key)) + "\"");
        }
        *value = strOf(found->second);
        return MORTISE_OK;
    });
}

mortise_status get(const mortise_host* host, mortise_str key, mortise_str* value,
                   mortise_error* error) {
    return find(HostInstance::of(host).settings(), key, value, error);
}

mortise_status fact(const mortise_host* host, mortise_str key, mortise_str* value,
                    mortise_error* error) {
    return find(HostInstance::of(host).facts(), key, value, error);
}

}  // namespace

const mortise_config& configTable() noexcept {
    static constexpr mortise_config kTable{sizeof(mortise_config), 0, get, fact};
    return kTable;
}

}  // namespace mortise::bridge
