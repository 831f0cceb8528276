// router: what a plugin offers, said in declare().
//
//   auto notes = router.group("/notes").tag("notes").requireUser();             // /api/v1/notes
//   notes.post("/", &Notes::create).summary("Create a note").errors(TITLE_TAKEN);
//   notes.get("/{note_id}", &Notes::show).summary("Get one note");
//   router.version(2).group("/notes") ...                                       // /api/v2/notes
//   router.operation("find_note", &Notes::findNote);                            // "notes.find_note"
//   router.job("notes.purge", &Notes::purge).maxAttempts(3);
//
// Handlers are members of the plugin, or of an object it owns until it is destroyed: then that object comes third,
// `users.get("/", &UserRoutes::list, routes_)`. Every route says who may call it: publicAccess(), requireUser() or
// requireRole(), itself or through its group.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "mortise/router_observing.hpp"
#include "mortise/router_pattern.hpp"
#include "mortise/router_provide.hpp"
#include "mortise/router_settings.hpp"
#include "mortise/router_spec.hpp"

namespace mortise {

class Plugin;
class Router;

/// One route; what its registration returns.
class RouteBuilder : public detail::SharedSettings<RouteBuilder> {
public:
    explicit RouteBuilder(detail::RouteSpec& spec) : SharedSettings(spec), spec_(&spec) {}

    /// One line for the documentation; every route has one.
    RouteBuilder& summary(std::string_view text) {
        spec_->summary = text;
        return *this;
    }
    RouteBuilder& description(std::string_view text) {
        spec_->description = text;
        return *this;
    }
    /// Status of the successful answer.
    RouteBuilder& status(int http_status) {
        spec_->binding->settings.status = http_status;
        return *this;
    }
    RouteBuilder& created() { return status(201); }
    /// `message` of the successful answer; the standard text of the status otherwise.
    RouteBuilder& message(std::string_view text) {
        spec_->binding->settings.message = text;
        return *this;
    }
    /// Runs on the reactor: the handler promises not to block and to be short.
    RouteBuilder& inlined() {
        spec_->is_inline = true;
        spec_->binding->on_reactor = true;
        return *this;
    }
    /// Lets `application/x-www-form-urlencoded` in too. Implied by Form<T>; otherwise read Request::body().
    RouteBuilder& acceptForm() {
        spec_->takes_form = true;
        return *this;
    }
    /// The body may be missing; without one Request::json() is nullptr and Body<T> is refused.
    RouteBuilder& optionalBody() {
        spec_->body_is_optional = true;
        return *this;
    }

private:
    detail::RouteSpec* spec_;
};

/// Routes with a common prefix and common settings.
class RouteGroup : public detail::SharedSettings<RouteGroup> {
public:
    RouteGroup(Router& router, detail::RouteDefaults defaults)
        : SharedSettings(defaults_), router_(&router), defaults_(std::move(defaults)) {
        rebind(defaults_);
    }
    RouteGroup(const RouteGroup& other) : RouteGroup(*other.router_, other.defaults_) {}
    RouteGroup& operator=(const RouteGroup&) = delete;

    /// A group inside this one, with its settings so far.
    RouteGroup group(std::string_view prefix) const {
        RouteGroup inner(*this);
        inner.defaults_.prefix += prefix;
        return inner;
    }

    template <class Member, class... Object>
    RouteBuilder get(std::string_view pattern, Member member, Object&... object) const {
        return add("GET", pattern, member, object...);
    }
    template <class Member, class... Object>
    RouteBuilder post(std::string_view pattern, Member member, Object&... object) const {
        return add("POST", pattern, member, object...);
    }
    template <class Member, class... Object>
    RouteBuilder put(std::string_view pattern, Member member, Object&... object) const {
        return add("PUT", pattern, member, object...);
    }
    template <class Member, class... Object>
    RouteBuilder patch(std::string_view pattern, Member member, Object&... object) const {
        return add("PATCH", pattern, member, object...);
    }
    /// DELETE, which is a word of the language.
    template <class Member, class... Object>
    RouteBuilder del(std::string_view pattern, Member member, Object&... object) const {
        return add("DELETE", pattern, member, object...);
    }

private:
    template <class Member, class... Object>
    RouteBuilder add(std::string_view method, std::string_view pattern, Member member,
                     Object&... object) const;

    Router* router_;
    detail::RouteDefaults defaults_;
};

/// Everything a plugin offers. Lives as long as the plugin, because the host calls into what it holds.
class Router {
public:
    Router(const Host& host, Plugin& plugin, std::string_view plugin_name)
        : host_(host), plugin_(plugin), plugin_name_(plugin_name) {}
    Router(const Router&) = delete;
    Router& operator=(const Router&) = delete;

    /// Routes under /api/v1 and `prefix`.
    RouteGroup group(std::string_view prefix) { return version(1).group(prefix); }

    /// Routes of another major version: `router.version(2).group("/notes")`.
    RouteGroup version(unsigned major) {
        detail::RouteDefaults defaults;
        defaults.prefix = "/api/v" + std::to_string(major);
        return RouteGroup(*this, std::move(defaults));
    }

    /// A function that makes a value for a request, an operation or an attempt at a job: a member of the plugin, or of `object`, a
    /// free function or a lambda. Handlers and other providers take what it returns as Provided<T> (handler_provided.hpp).
    template <detail::ProviderFunction Function, class... Object>
    ProviderBuilder provide(Function function, Object&... object) {
        using Signature = detail::ProviderSignature<Function>;
        if constexpr (std::is_member_function_pointer_v<Function>) {
            using Owner = typename detail::Signature<Function>::Owner;
            using Call = detail::MemberCall<Owner, Function>;
            using Bound = typename Signature::template Bound<Call>;
            Call call{&owner<detail::Signature<Function>>(object...), function};
            return ProviderBuilder(providers_.add(std::make_unique<Bound>(call, schemas_)));
        } else {
            static_assert(sizeof...(Object) == 0, "only member functions have an object");
            using Bound = typename Signature::template Bound<Function>;
            return ProviderBuilder(
                providers_.add(std::make_unique<Bound>(std::move(function), schemas_)));
        }
    }

    /// An object of the plugin that lives until the plugin is destroyed; handlers, operations and jobs take it as Service<T>.
    /// `router.provide<Store>(postgres_store_)` offers it as one of its bases.
    template <class T>
    requires(!detail::ProviderFunction<T>) void provide(T& service) {
        static_assert(std::is_class_v<T> && !std::is_const_v<T>,
                      "a service is an object of the plugin that can be used");
        providers_.addService(typeid(T), detail::typeName<T>(), std::addressof(service));
    }

    /// An operation other plugins may call as `<plugin>.<name>`; `name` is verb_noun. `Out f(const In&, ...)` or a Task.
    template <class Member, class... Object>
    void operation(std::string_view name, Member member, Object&... object) {
        using Signature = detail::Signature<Member>;
        using Binding = typename Signature::template Bound<detail::OperationBinding>;
        detail::OperationSpec spec(plugin_name_ + "." + std::string(name),
                                   Signature::template describe<detail::OperationScope>(schemas_));
        spec.is_async = detail::kIsTask<typename Signature::Value>;
        spec.callback = Binding::callback();
        spec.binding = std::make_unique<Binding>(host_, owner<Signature>(object...), member);
        operations_.push_back(std::move(spec));
    }

    /// A job type, `<area>.<verb>`, unique among all plugins. `Out f(Args<In>, JobRun&, ...)`.
    template <class Member, class... Object>
    JobBuilder job(std::string_view type, Member member, Object&... object) {
        using Signature = detail::Signature<Member>;
        using Binding = typename Signature::template Bound<detail::JobBinding>;
        detail::JobSpec spec(type, Signature::template describe<detail::JobScope>(schemas_));
        spec.callback = Binding::callback();
        spec.binding = std::make_unique<Binding>(host_, owner<Signature>(object...), member);
        return JobBuilder(jobs_.emplace_back(std::move(spec)));
    }

    /// Metrics, which are members of the plugin or of an object it owns.
    template <std::derived_from<Metric>... Metrics>
    Router& metrics(Metrics&... metrics) {
        (observables_.add(metrics), ...);
        return *this;
    }

    /// A check `void f()` that throws what is wrong. The host calls it every `interval` while the plugin serves; one that takes
    /// longer than `timeout` counts as failing. Shown by /ready as `<plugin>.<name>`.
    template <class Member, class... Object>
    Router& healthCheck(std::string_view name, std::chrono::milliseconds interval,
                        std::chrono::milliseconds timeout, Member member, Object&... object) {
        using Signature = detail::Signature<Member>;
        observables_.addCheck(name, owner<Signature>(object...), member, interval, timeout);
        return *this;
    }

    /// Error codes that no single route names, for example those of operations.
    template <std::same_as<ErrorCode>... Codes>
    Router& errors(const Codes&... codes) {
        (errors_.push_back(codes), ...);
        return *this;
    }

    /// Hands everything over to the host. Called by the layer when declare() has returned. Throws DeclareError or HostError.
    void submit(const mortise_declare& table, mortise_declaration* declaration);

private:
    friend class RouteGroup;

    template <class Member, class... Object>
    RouteBuilder add(const detail::RouteDefaults& defaults, std::string_view method,
                     std::string_view pattern, Member member, Object&... object) {
        using Signature = detail::Signature<Member>;
        using Binding = typename Signature::template Bound<detail::RouteBinding>;
        using Sent = detail::SentResult<typename Signature::Value>;
        detail::RouteSpec& spec = routes_.emplace_back(
            defaults, method, pattern, Signature::template describe<detail::RequestScope>(schemas_),
            detail::Result<Sent>::describe(schemas_));
        spec.callback = Binding::callback();
        spec.binding = std::make_unique<Binding>(host_, owner<Signature>(object...), member);
        spec.binding->reads_only = method == "GET";
        spec.is_async = detail::kIsTask<typename Signature::Value>;
        spec.binding->on_reactor = spec.is_async;
        return RouteBuilder(spec);
    }

    /// The object a member function is called on: the plugin itself, or the one given.
    template <class Signature>
    typename Signature::Owner& owner() {
        using Owner = typename Signature::Owner;
        static_assert(
            std::is_base_of_v<Plugin, std::remove_const_t<Owner>>,
            "this handler is no member of the plugin: give its object as the last argument");
        return static_cast<Owner&>(plugin_);
    }
    template <class Signature>
    typename Signature::Owner& owner(typename Signature::Owner& object) {
        return object;
    }

    void resolve();
    void resolveRoute(detail::RouteSpec& spec);
    void resolveWork(const std::string& name, detail::PlannedWork& work);
    void submitErrors(const mortise_declare& table, mortise_declaration* declaration);
    void submitRoute(detail::RouteSpec& spec, const mortise_declare& table,
                     mortise_declaration* declaration);

    const Host& host_;
    Plugin& plugin_;
    std::string plugin_name_;
    SchemaCollector schemas_;
    detail::ProviderTable providers_;
    // A deque, because builders refer to its elements.
    std::deque<detail::RouteSpec> routes_;
    std::deque<detail::JobSpec> jobs_;
    std::vector<detail::OperationSpec> operations_;
    std::vector<ErrorCode> errors_;
    detail::Observables observables_;
};

template <class Member, class... Object>
RouteBuilder RouteGroup::add(std::string_view method, std::string_view pattern, Member member,
                             Object&... object) const {
    return router_->add(defaults_, method, pattern, member, object...);
}

}  // namespace mortise

#include "mortise/router_submit.hpp"
