// router_providers: the providers and services of one plugin, and whether they can be made from each other.
//
// What cannot be made stops the load with the whole chain: "nothing provides notes::Quota (notes::OwnNote -> notes::Quota)".
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

#include "mortise/errors.hpp"
#include "mortise/handler_provided.hpp"
#include "mortise/router_pattern.hpp"

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

/// Looks at everything that was registered, whether a handler uses it or not.
inline void checkProvider(ProviderTable& table, const SignatureFacts::ProvidedUse& use,
                          ProviderChain& chain, SchemaCollector& collector) {
    const Provider& provider = needProvider(table, use, chain, collector);
    const ProviderChain::Link link(chain, provider);
    static_cast<void>(table.servicesFor(provider.facts().service_uses));
    for (const SignatureFacts::ProvidedUse& next : provider.facts().provided_uses) {
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

}  // namespace mortise::detail
