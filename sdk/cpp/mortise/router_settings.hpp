// router_settings: what groups and routes say alike, what jobs and providers say, and the parts of the type of a handler.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "mortise/router_spec.hpp"

namespace mortise {

namespace detail {

/// The parts of a member function's type.
template <class Member>
struct Signature;
template <class Class, class R, class... P>
struct Signature<R (Class::*)(P...)> {
    using Owner = Class;
    using Value = R;
    template <template <class, class, class, class...> class Binding>
    using Bound = Binding<Class, R (Class::*)(P...), R, P...>;
    template <class S>
    static SignatureFacts describe(SchemaCollector& collector) {
        return describeSignature<S, P...>(collector);
    }
};
template <class Class, class R, class... P>
struct Signature<R (Class::*)(P...) noexcept> : Signature<R (Class::*)(P...)> {};
template <class Class, class R, class... P>
struct Signature<R (Class::*)(P...) const> {
    using Owner = const Class;
    using Value = R;
    template <template <class, class, class, class...> class Binding>
    using Bound = Binding<const Class, R (Class::*)(P...) const, R, P...>;
    template <class S>
    static SignatureFacts describe(SchemaCollector& collector) {
        return describeSignature<S, P...>(collector);
    }
};

template <class Class, class R, class... P>
struct Signature<R (Class::*)(P...) const noexcept> : Signature<R (Class::*)(P...) const> {};

/// Settings that groups and routes share. `Self` is what the calls return, for chaining.
template <class Self>
class SharedSettings {
public:
    explicit SharedSettings(RouteDefaults& defaults) : defaults_(&defaults) {}

    /// Section of the documentation.
    Self& tag(std::string_view name) {
        defaults_->tags.emplace_back(name);
        return self();
    }
    /// Error codes the handlers answer with, besides the standard ones.
    template <std::same_as<ErrorCode>... Codes>
    Self& errors(const Codes&... codes) {
        (defaults_->errors.push_back(codes), ...);
        return self();
    }
    /// Anyone. A token that comes along is verified all the same.
    Self& publicAccess() {
        allow(MORTISE_ACCESS_PUBLIC);
        defaults_->roles.clear();
        defaults_->scopes.clear();
        return self();
    }
    /// Any user with a valid token.
    Self& requireUser() {
        allow(MORTISE_ACCESS_USER);
        defaults_->roles.clear();
        return self();
    }
    /// Users with one of these roles. Replaces roles said before.
    template <std::convertible_to<std::string>... Roles>
    Self& requireRole(Roles&&... roles) {
        allow(MORTISE_ACCESS_USER);
        defaults_->roles = {std::string(std::forward<Roles>(roles))...};
        return self();
    }
    /// Tokens with all of these scopes.
    template <std::convertible_to<std::string>... Scopes>
    Self& requireScope(Scopes&&... scopes) {
        allow(MORTISE_ACCESS_USER);
        defaults_->scopes = {std::string(std::forward<Scopes>(scopes))...};
        return self();
    }
    /// Time one request may take; the host's default otherwise.
    Self& deadline(std::chrono::milliseconds limit) {
        defaults_->deadline = limit;
        return self();
    }
    /// Bytes a body may have; the host's default otherwise.
    Self& bodySizeMax(std::uint64_t size) {
        defaults_->body_size_max = size;
        return self();
    }
    /// Clients should move on: since when, when it goes, and where to read about it. Dates are "YYYY-MM-DD"; whatever is known
    /// stands in the header of every answer (router_deprecation.hpp) and in the documentation.
    Self& deprecated(std::string_view since = {}, std::string_view sunset = {},
                     std::string_view link = {}) {
        defaults_->is_deprecated = true;
        defaults_->deprecation = {std::string(since), std::string(sunset), std::string(link)};
        return self();
    }
    /// Every route makes this value first, whether its handler takes it or not: a check for all routes of a group.
    template <class T>
    Self& require() {
        defaults_->required.push_back(providedUse<T>());
        return self();
    }

protected:
    void rebind(RouteDefaults& defaults) noexcept { defaults_ = &defaults; }

private:
    void allow(std::uint32_t access) {
        defaults_->access_known = true;
        defaults_->access = access;
    }
    Self& self() { return static_cast<Self&>(*this); }

    RouteDefaults* defaults_;
};

}  // namespace detail

/// A job type; what its registration returns.
class JobBuilder {
public:
    explicit JobBuilder(detail::JobSpec& spec) : spec_(&spec) {}
    /// Attempts before the job is discarded; 5 otherwise.
    JobBuilder& maxAttempts(std::uint32_t count) {
        spec_->max_attempts = count;
        return *this;
    }

private:
    detail::JobSpec* spec_;
};

/// A provider; what its registration returns.
class ProviderBuilder {
public:
    explicit ProviderBuilder(detail::Provider& provider) : provider_(&provider) {}
    /// Every parameter gets a value of its own, instead of one for the whole request.
    ProviderBuilder& noCache() {
        provider_->is_cached = false;
        return *this;
    }
    /// Error codes it answers with; documented on every route that uses it.
    template <std::same_as<ErrorCode>... Codes>
    ProviderBuilder& errors(const Codes&... codes) {
        (provider_->errors.push_back(codes), ...);
        return *this;
    }

private:
    detail::Provider* provider_;
};

}  // namespace mortise
