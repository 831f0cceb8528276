// router_observing: metrics and health checks of a plugin, from declare() to the host.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mortise/declare.h"
#include "mortise/errors.hpp"
#include "mortise/handler.hpp"
#include "mortise/host.hpp"
#include "mortise/metrics.hpp"

namespace mortise::detail {

/// Says which declaration failed.
inline void checkDeclared(mortise_status status, const Failure& failure, const std::string& what) {
    if (status != MORTISE_OK) {
        throw HostError(status, failure.code,
                        what + ": " +
                            (failure.message[0] != '\0'
                                 ? std::string(failure.message)
                                 : "the host answered status " + std::to_string(status)));
    }
}

/// A member function `void check()` that returns when all is well and throws what is wrong.
template <class Object, class Member>
class HealthBinding final : public BindingBase {
public:
    HealthBinding(Object& object, Member member) : object_(object), member_(member) {}

    static mortise_status check(void* self, mortise_error* error) noexcept {
        auto& binding = *static_cast<HealthBinding*>(self);
        try {
            (binding.object_.*binding.member_)();
            return MORTISE_OK;
        } catch (const std::exception& failure) {
            return fail(error, MORTISE_UNAVAILABLE, "", failure.what());
        } catch (...) {  // nothing is known about it but that it happened
            return fail(error, MORTISE_UNAVAILABLE, "", "something was thrown");
        }
    }

private:
    Object& object_;
    Member member_;
};

/// Collects them while declare() runs.
class Observables {
public:
    void add(Metric& metric) { metrics_.push_back(&metric); }

    template <class Object, class Member>
    void addCheck(std::string_view name, Object& object, Member member,
                  std::chrono::milliseconds interval, std::chrono::milliseconds timeout) {
        using Binding = HealthBinding<Object, Member>;
        checks_.push_back({std::string(name), interval, timeout, &Binding::check,
                           std::make_unique<Binding>(object, member)});
    }

    void submit(const Host& host, const mortise_declare& table, mortise_declaration* declaration) {
        for (Metric* metric : metrics_) {
            Failure failure;
            require(MORTISE_HAS(&table, add_metric), "metrics");
            checkDeclared(metric->declareTo(host, table, declaration, failure.out()), failure,
                          "metric " + metric->name());
        }
        for (const Check& check : checks_) {
            require(MORTISE_HAS(&table, add_health_check), "health checks");
            mortise_health_check raw{};
            raw.struct_size = sizeof raw;
            raw.timeout_ms = static_cast<std::uint32_t>(check.timeout.count());
            raw.interval_ms = static_cast<std::uint32_t>(check.interval.count());
            raw.name = str(check.name);
            raw.check = check.function;
            raw.check_context = check.binding.get();
            Failure failure;
            checkDeclared(table.add_health_check(declaration, &raw, failure.out()), failure,
                          "health check " + check.name);
        }
    }

private:
    struct Check {
        std::string name;
        std::chrono::milliseconds interval;
        std::chrono::milliseconds timeout;
        mortise_health_check_fn function;
        std::unique_ptr<BindingBase> binding;
    };

    static void require(bool has, const char* what) {
        if (!has) {
            throw HostError(MORTISE_UNSUPPORTED, "",
                            std::string("this host is older than ") + what);
        }
    }

    std::vector<Metric*> metrics_;
    std::vector<Check> checks_;
};

}  // namespace mortise::detail
