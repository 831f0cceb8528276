// router_provide: the graph of providers, walked once when the plugin is loaded.
//
// The plan of a route, an operation or a job type lists the values it needs, each behind those it depends on. Whatever a provider
// needs (a path parameter, a user, the right to wait) becomes a need of everything that uses it, however indirectly; what that
// cannot give stops the load with the whole chain.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mortise/router_pattern.hpp"
#include "mortise/router_providers.hpp"
#include "mortise/router_spec.hpp"

namespace mortise::detail {

/// A route, an operation or a job type, as far as its plan is concerned.
struct PlannedWork {
    WorkKind kind;
    SignatureFacts& facts;
    BindingBase& binding;
    std::vector<ErrorCode>& errors;
    bool is_async = false;
    bool is_inline = false;
    bool is_public = false;
    /// Of a route.
    RoutePattern* pattern = nullptr;

    std::string_view name() const noexcept {
        return kind == WorkKind::Request     ? "route"
               : kind == WorkKind::Operation ? "operation"
                                             : "job";
    }
};

class ProviderPlanner {
public:
    ProviderPlanner(ProviderTable& table, SchemaCollector& collector, PlannedWork& work)
        : table_(table), collector_(collector), work_(work) {}

    /// Also makes the values of `required`, which the handler does not take itself.
    void plan(const std::vector<SignatureFacts::ProvidedUse>& required) {
        refuseUserOfJob(work_.facts, "the handler");
        work_.binding.wiring = wiringOf(work_.facts, "the handler");
        for (const SignatureFacts::ProvidedUse& use : required) {
            static_cast<void>(slotOf(use));
        }
        // A copy, because needs of providers are added to the facts meanwhile.
        const std::vector<SignatureFacts::ProvidedUse> uses = work_.facts.provided_uses;
        for (const SignatureFacts::ProvidedUse& use : uses) {
            work_.binding.wiring.values.push_back(slotOf(use));
        }
    }

private:
    /// Number of the slot that holds the value.
    std::uint32_t slotOf(const SignatureFacts::ProvidedUse& use) {
        const Provider& provider = needProvider(table_, use, chain_, collector_);
        std::vector<PlannedValue>& plan = work_.binding.plan;
        for (std::uint32_t slot = 0; provider.is_cached && slot < plan.size(); ++slot) {
            if (plan[slot].provider == &provider) {
                return slot;
            }
        }
        const std::string who = chain_.textTo(provider.name);
        const SignatureFacts& facts = factsOf(provider, who);
        adoptFacts(provider, facts, who);
        const ProviderChain::Link link(chain_, provider);
        PlannedValue planned{&provider, wiringOf(facts, who)};
        for (const SignatureFacts::ProvidedUse& next : facts.provided_uses) {
            planned.wiring.values.push_back(slotOf(next));
        }
        plan.push_back(std::move(planned));
        return static_cast<std::uint32_t>(plan.size() - 1);
    }

    const SignatureFacts& factsOf(const Provider& provider, const std::string& who) const {
        const ProviderNeeds& needs = provider.needsIn(work_.kind);
        if (!needs.facts) {
            throw DeclareError(who + " takes " + std::string(needs.missing) + ", which no " +
                               std::string(work_.name()) + " can give");
        }
        return *needs.facts;
    }

    /// Paths and services of a signature; the types of the paths go to the pattern.
    Wiring wiringOf(const SignatureFacts& facts, const std::string& who) {
        Wiring wiring;
        for (const SignatureFacts::PathUse& use : facts.path_uses) {
            const auto position = work_.pattern->positionOf(use.name);
            if (!position) {
                throw DeclareError(who + " takes Path<\"" + std::string(use.name) +
                                   "\">, but the pattern has no {" + std::string(use.name) + "}");
            }
            if (!use.type.empty()) {
                work_.pattern->setType(*position, use.type);
            }
            wiring.paths.push_back(*position);
        }
        wiring.services = table_.servicesFor(facts.service_uses);
        return wiring;
    }

    /// What a provider needs, whatever uses it needs.
    void adoptFacts(const Provider& provider, const SignatureFacts& from, const std::string& who) {
        judge(provider, from, who);
        SignatureFacts& to = work_.facts;
        const auto append = [](auto& target, const auto& source) {
            target.insert(target.end(), source.begin(), source.end());
        };
        append(to.path_uses, from.path_uses);
        append(to.query_uses, from.query_uses);
        append(to.named_uses, from.named_uses);
        append(to.file_uses, from.file_uses);
        append(to.role_sets, from.role_sets);
        append(work_.errors, provider.errors);
        to.needs_user = to.needs_user || from.needs_user;
        if (from.takes_body) {
            if (to.takes_body && to.body_schema != from.body_schema) {
                throw DeclareError(who + " reads the " + std::string(inputName()) +
                                   " by another schema than the " + std::string(work_.name()));
            }
            to.takes_body = true;
            to.takes_form = to.takes_form || from.takes_form;
            to.form_is_closed = to.form_is_closed || from.form_is_closed;
            to.body_schema = from.body_schema;
        }
    }

    std::string_view inputName() const noexcept {
        return work_.kind == WorkKind::Job ? "arguments" : "body";
    }

    void refuseUserOfJob(const SignatureFacts& facts, const std::string& who) const {
        if (facts.needs_user && work_.kind == WorkKind::Job) {
            throw DeclareError(who +
                               " takes the user, but a job has none: put what it needs to know "
                               "about the user into the arguments");
        }
    }

    void judge(const Provider& provider, const SignatureFacts& facts,
               const std::string& who) const {
        if (facts.needs_user && work_.is_public) {
            throw DeclareError(who + " takes the user, but the route is public");
        }
        refuseUserOfJob(facts, who);
        if (facts.waits && (work_.is_async || work_.is_inline)) {
            throw DeclareError(who + " takes Db& or Jobs&, which wait, but the " +
                               std::string(work_.name()) +
                               " runs on the reactor: let it take AsyncDb& and return a Task");
        }
        if (provider.is_async && !work_.is_async) {
            throw DeclareError(who +
                               " is provided by a coroutine, which only a handler that "
                               "returns a Task can take");
        }
    }

    ProviderTable& table_;
    SchemaCollector& collector_;
    PlannedWork& work_;
    ProviderChain chain_;
};

}  // namespace mortise::detail
