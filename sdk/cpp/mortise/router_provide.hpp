// router_provide: the graph of providers, walked once when the plugin is loaded.
//
// A route's plan lists the values it needs, each behind those it depends on. What cannot be made stops the load with the whole
// chain: "nothing provides notes::Quota (notes::OwnNote -> notes::Quota)". Whatever a provider needs of a route (a path
// parameter, a user, the right to wait) becomes a need of every route that uses it, however indirectly.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

#include "mortise/router_pattern.hpp"
#include "mortise/router_spec.hpp"

namespace mortise::detail {

/// The providers and services of one plugin.
class ProviderTable {
public:
    /// A type is provided once: two ways to make it would be a matter of luck.
    Provider& add(std::unique_ptr<Provider> provider) {
        if (find(*provider->type) != nullptr) {
            throw DeclareError(std::string(provider->name) + " is provided twice");
        }
        return *providers_.emplace_back(std::move(provider));
    }
    void addService(const std::type_info& type, std::string_view name, void* object) {
        if (findService(type) != nullptr) {
            throw DeclareError("the service " + std::string(name) + " is provided twice");
        }
        services_.push_back({&type, object});
    }

    /// The provider of a type; one that provides itself is added when it is new. nullptr when there is none.
    const Provider* resolve(const SignatureFacts::ProvidedUse& use, SchemaCollector& collector) {
        const Provider* found = find(*use.type);
        return found != nullptr || use.make == nullptr ? found : &add(use.make(collector));
    }
    std::vector<void*> servicesFor(const std::vector<SignatureFacts::ServiceUse>& uses) const {
        std::vector<void*> objects;
        for (const SignatureFacts::ServiceUse& use : uses) {
            objects.push_back(findService(*use.type));
            if (objects.back() == nullptr) {
                throw DeclareError("nothing provides the service " + std::string(use.name) +
                                   ": give the object to router.provide()");
            }
        }
        return objects;
    }

    std::size_t count() const noexcept { return providers_.size(); }
    const Provider& at(std::size_t index) const noexcept { return *providers_[index]; }

private:
    const Provider* find(const std::type_info& type) const noexcept {
        for (const auto& provider : providers_) {
            if (*provider->type == type) {
                return provider.get();
            }
        }
        return nullptr;
    }
    void* findService(const std::type_info& type) const noexcept {
        for (const auto& [service_type, object] : services_) {
            if (*service_type == type) {
                return object;
            }
        }
        return nullptr;
    }

    std::deque<std::unique_ptr<Provider>> providers_;
    std::vector<std::pair<const std::type_info*, void*>> services_;
};

/// Providers on the way from a signature to what it needs.
class ProviderChain {
public:
    /// Adds a provider for as long as it lives.
    class Link {
    public:
        Link(ProviderChain& chain, const Provider& provider) : chain_(chain) {
            chain_.providers_.push_back(&provider);
        }
        ~Link() { chain_.providers_.pop_back(); }
        Link(const Link&) = delete;
        Link& operator=(const Link&) = delete;

    private:
        ProviderChain& chain_;
    };

    bool has(const std::type_info& type) const { return placeOf(type) < providers_.size(); }
    /// "A -> B -> name"
    std::string textTo(std::string_view name) const { return textFrom(0, name); }
    /// The same from the first provider of `type` on, where the circle begins.
    std::string circleTo(const std::type_info& type, std::string_view name) const {
        return textFrom(placeOf(type), name);
    }

private:
    std::size_t placeOf(const std::type_info& type) const {
        std::size_t place = 0;
        while (place < providers_.size() && *providers_[place]->type != type) {
            ++place;
        }
        return place;
    }
    std::string textFrom(std::size_t place, std::string_view name) const {
        std::string text;
        for (; place < providers_.size(); ++place) {
            text.append(providers_[place]->name).append(" -> ");
        }
        return text.append(name);
    }

    std::vector<const Provider*> providers_;
};

/// The provider at the end of the chain, or the reason why there is none.
inline const Provider& needProvider(ProviderTable& table, const SignatureFacts::ProvidedUse& use,
                                    const ProviderChain& chain, SchemaCollector& collector) {
    if (chain.has(*use.type)) {
        throw DeclareError("providers need each other: " + chain.circleTo(*use.type, use.name));
    }
    const Provider* provider = table.resolve(use, collector);
    if (provider == nullptr) {
        throw DeclareError("nothing provides " + std::string(use.name) + " (" +
                           chain.textTo(use.name) +
                           "): give a function that returns it to router.provide()");
    }
    return *provider;
}

/// Looks at everything that was registered, whether a route uses it or not.
inline void checkProvider(ProviderTable& table, const SignatureFacts::ProvidedUse& use,
                          ProviderChain& chain, SchemaCollector& collector) {
    const Provider& provider = needProvider(table, use, chain, collector);
    const ProviderChain::Link link(chain, provider);
    static_cast<void>(table.servicesFor(provider.facts.service_uses));
    for (const SignatureFacts::ProvidedUse& next : provider.facts.provided_uses) {
        checkProvider(table, next, chain, collector);
    }
}

inline void checkProviders(ProviderTable& table, SchemaCollector& collector) {
    // By index: looking at one may add others that provide themselves.
    for (std::size_t index = 0; index < table.count(); ++index) {
        const Provider& provider = table.at(index);
        ProviderChain chain;
        checkProvider(table, {provider.type, provider.name, nullptr}, chain, collector);
    }
}

/// Makes the plan of one route.
class RoutePlanner {
public:
    RoutePlanner(ProviderTable& table, SchemaCollector& collector, RouteSpec& spec,
                 RoutePattern& pattern)
        : table_(table), collector_(collector), spec_(spec), pattern_(pattern) {}

    void plan() {
        spec_.binding->wiring = wiringOf(spec_.facts, "the handler");
        for (const SignatureFacts::ProvidedUse& use : spec_.required) {
            static_cast<void>(slotOf(use));
        }
        // A copy, because needs of providers are added to the facts meanwhile.
        const std::vector<SignatureFacts::ProvidedUse> uses = spec_.facts.provided_uses;
        for (const SignatureFacts::ProvidedUse& use : uses) {
            spec_.binding->wiring.values.push_back(slotOf(use));
        }
    }

private:
    /// Number of the slot that holds the value.
    std::uint32_t slotOf(const SignatureFacts::ProvidedUse& use) {
        const Provider& provider = needProvider(table_, use, chain_, collector_);
        std::vector<PlannedValue>& plan = spec_.binding->plan;
        for (std::uint32_t slot = 0; provider.is_cached && slot < plan.size(); ++slot) {
            if (plan[slot].provider == &provider) {
                return slot;
            }
        }
        adoptFacts(provider);
        const std::string who = chain_.textTo(provider.name);
        const ProviderChain::Link link(chain_, provider);
        PlannedValue planned{&provider, wiringOf(provider.facts, who)};
        for (const SignatureFacts::ProvidedUse& next : provider.facts.provided_uses) {
            planned.wiring.values.push_back(slotOf(next));
        }
        plan.push_back(std::move(planned));
        return static_cast<std::uint32_t>(plan.size() - 1);
    }

    /// Paths and services of a signature; the types of the paths go to the pattern.
    Wiring wiringOf(const SignatureFacts& facts, const std::string& who) {
        Wiring wiring;
        for (const SignatureFacts::PathUse& use : facts.path_uses) {
            const auto position = pattern_.positionOf(use.name);
            if (!position) {
                throw DeclareError(who + " takes Path<\"" + std::string(use.name) +
                                   "\">, but the pattern has no {" + std::string(use.name) + "}");
            }
            if (!use.type.empty()) {
                pattern_.setType(*position, use.type);
            }
            wiring.paths.push_back(*position);
        }
        wiring.services = table_.servicesFor(facts.service_uses);
        return wiring;
    }

    /// What a provider needs, its route needs.
    void adoptFacts(const Provider& provider) {
        const std::string who = chain_.textTo(provider.name);
        judge(provider, who);
        const SignatureFacts& from = provider.facts;
        SignatureFacts& to = spec_.facts;
        const auto append = [](auto& target, const auto& source) {
            target.insert(target.end(), source.begin(), source.end());
        };
        append(to.path_uses, from.path_uses);
        append(to.query_uses, from.query_uses);
        append(to.named_uses, from.named_uses);
        append(to.file_uses, from.file_uses);
        append(to.role_sets, from.role_sets);
        append(spec_.errors, provider.errors);
        to.needs_user = to.needs_user || from.needs_user;
        if (from.takes_body) {
            if (to.takes_body && to.body_schema != from.body_schema) {
                throw DeclareError(who + " reads the body by another schema than the route");
            }
            to.takes_body = true;
            to.takes_form = to.takes_form || from.takes_form;
            to.form_is_closed = to.form_is_closed || from.form_is_closed;
            to.body_schema = from.body_schema;
        }
    }

    void judge(const Provider& provider, const std::string& who) const {
        if (provider.facts.needs_user && spec_.access_known &&
            spec_.access == MORTISE_ACCESS_PUBLIC) {
            throw DeclareError(who + " takes the user, but the route is public");
        }
        if (provider.facts.waits && (spec_.is_async || spec_.is_inline)) {
            throw DeclareError(who +
                               " takes Db& or Jobs&, which wait, but the route runs on the "
                               "reactor: let it take AsyncDb& and return a Task");
        }
        if (provider.is_async && !spec_.is_async) {
            throw DeclareError(who +
                               " is provided by a coroutine, which only a handler that "
                               "returns a Task can take");
        }
    }

    ProviderTable& table_;
    SchemaCollector& collector_;
    RouteSpec& spec_;
    RoutePattern& pattern_;
    ProviderChain chain_;
};

}  // namespace mortise::detail
