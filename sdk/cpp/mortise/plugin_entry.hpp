// plugin_entry: the C side of a Plugin: open() and the life cycle. Included by plugin.hpp.
//
// An Instance holds everything of one open plugin; its address is `self` in the table the host gets. The host calls one step
// at a time, so nothing here is guarded. Every step is wrapped: what a plugin throws becomes a status and a text for the
// operator.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mortise/plugin.hpp"

namespace mortise::detail {

struct PluginIdentity {
    std::string_view name;
    std::string_view version;
};

/// The status an exception of a life-cycle step means. Its text is for the operator, so it may say everything.
inline mortise_status reportStep(mortise_error* error) noexcept {
    try {
        throw;
    } catch (const UnavailableError& failure) {
        return fail(error, MORTISE_UNAVAILABLE, failure.code(), failure.message(), 503);
    } catch (const AppError& failure) {
        return fail(error, MORTISE_DOMAIN_ERROR, failure.code(), failure.message(),
                    static_cast<std::uint32_t>(failure.httpStatus()));
    } catch (const HostError& failure) {
        return fail(error, failure.status(), failure.code(), failure.what());
    } catch (const ConfigError& failure) {
        return fail(error, MORTISE_INVALID_ARGUMENT, "CONFIG_INVALID", failure.what());
    } catch (const DeclareError& failure) {
        return fail(error, MORTISE_INVALID_ARGUMENT, "DECLARE_INVALID", failure.what());
    } catch (const std::exception& failure) {
        return fail(error, MORTISE_INTERNAL, "", failure.what());
    } catch (...) {  // nothing is known about it but that it happened
        return fail(error, MORTISE_INTERNAL, "", "something that is not an exception was thrown");
    }
}

template <class PluginClass>
class Instance {
public:
    Instance(const mortise_host* host, const PluginIdentity& identity)
        : host_(host), identity_(identity) {}

    void fill(mortise_plugin& table) noexcept {
        table.self = this;
        table.configure = &Instance::configure;
        table.declare = &Instance::declare;
        table.prepare = &Instance::prepare;
        table.activate = [](void* self) { base(self).activate(); };
        table.quiesce = [](void* self, mortise_error* error) {
            return step(error, [self] { base(self).quiesce(); });
        };
        table.resume = [](void* self) { base(self).resume(); };
        table.stop = [](void* self, std::uint32_t deadline_ms, mortise_error* error) {
            return step(error, [self, deadline_ms] {
                base(self).stop(Deadline(std::chrono::milliseconds(deadline_ms)));
            });
        };
        table.destroy = [](void* self) { delete &of(self); };
    }

private:
    static Instance& of(void* self) noexcept { return *static_cast<Instance*>(self); }

    /// Steps are called through the base, where they are public.
    static Plugin& base(void* self) noexcept { return of(self).plugin_; }

    template <class Step>
    static mortise_status step(mortise_error* error, Step&& run) noexcept {
        try {
            run();
            return MORTISE_OK;
        } catch (...) {  // everything ends in reportStep()
            return reportStep(error);
        }
    }

    static mortise_status configure(void* self, std::uint32_t mode, mortise_error* error) noexcept {
        return step(error, [self, mode] {
            const Config config = of(self).host_.config();
            if (mode == MORTISE_CONFIGURE_DRY_RUN) {
                // On an instance of its own: a dry run must not touch what requests may be using.
                PluginClass scratch;
                static_cast<Plugin&>(scratch).configure(config);
                return;
            }
            base(self).configure(config);
        });
    }

    static mortise_status declare(void* self, const mortise_declare* table,
                                  mortise_declaration* declaration, mortise_error* error) noexcept {
        return step(error, [self, table, declaration] {
            Instance& instance = of(self);
            Plugin& plugin = base(self);
            instance.router_.emplace(instance.host_, plugin, instance.identity_.name);
            plugin.declare(*instance.router_);
            instance.router_->submit(*table, declaration);
        });
    }

    static mortise_status prepare(void* self, std::uint32_t deadline_ms,
                                  mortise_error* error) noexcept {
        return step(error, [self, deadline_ms] {
            base(self).prepare(of(self).host_, Deadline(std::chrono::milliseconds(deadline_ms)));
        });
    }

    Host host_;
    PluginIdentity identity_;
    PluginClass plugin_;
    // After the plugin, so that it is destroyed first: bindings refer to the plugin.
    std::optional<Router> router_;
};

/// What the entry symbol does.
template <class PluginClass>
mortise_status openPlugin(const mortise_host* host, mortise_plugin* out, mortise_error* error,
                          const PluginIdentity& identity) noexcept {
    static_assert(std::is_base_of_v<Plugin, PluginClass>,
                  "the class of MORTISE_PLUGIN() derives from mortise::Plugin");
    if (out->struct_size < sizeof(mortise_plugin)) {
        return fail(error, MORTISE_UNSUPPORTED, "", "the host is older than this plugin");
    }
    try {
        auto instance = std::make_unique<Instance<PluginClass>>(host, identity);
        instance.release()->fill(*out);
        return MORTISE_OK;
    } catch (...) {  // everything ends in reportStep()
        return reportStep(error);
    }
}

}  // namespace mortise::detail
