// handler_provided: parameters that the plugin itself provides: its services, and values made for one unit of work.
//
// Problem: what many handlers need first (the note of the path that is the user's own, a tenant, a quota) should be written once
//          and stand in the signature, not be called by hand in each handler.
// Choice:  a provider is a plain function whose parameters are resolved as those of a handler, so providers build on each other.
//          The graph is walked when the plugin is loaded: every route, operation and job type gets a flat list of the values it
//          needs, each after those it depends on, and every parameter the number of its slot in that list. A call looks
//          nothing up.
// Where:   a provider serves every kind of handler that could take its own parameters itself. One with a Header<> serves routes,
//          one with a JobRun& jobs, one with only a Db& all three; what does not fit is refused at load.
// Order:   the inputs of all providers and of the handler are read first, so a client learns all violations at once; then the
//          providers run, then the handler; then the values go, the last one first, before the transaction ends and the answer
//          is sent. A value that wants to know how it went asks std::uncaught_exceptions() in its destructor.
//
//   struct OwnNote { NoteRow row; static OwnNote provide(Path<"note_id", std::int64_t>, const Principal&, Db&); };
//   NoteResponse show(const OwnNote& note);         a type with a static provide() needs no registration
//   NoteResponse show(Provided<NoteRow> note);      router.provide(&Notes::currentNote), a function that returns a NoteRow
//   Page<Note> list(Service<NoteStore> store);      router.provide(store_), an object of the plugin
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "mortise/errors.hpp"
#include "mortise/handler_arguments.hpp"
#include "mortise/task.hpp"

namespace mortise {

/// A value a provider made for this request, call or attempt; shared by everything of it that names the type.
template <class T>
class Provided {
public:
    explicit Provided(T& value) noexcept : value_(&value) {}
    T& operator*() const noexcept { return *value_; }
    T* operator->() const noexcept { return value_; }
    operator T&() const noexcept { return *value_; }

private:
    T* value_;
};

/// An object the plugin gave to router.provide(). Requests run at once, so what it changes it guards.
template <class T>
class Service {
public:
    explicit Service(T& object) noexcept : object_(&object) {}
    T& operator*() const noexcept { return *object_; }
    T* operator->() const noexcept { return object_; }
    operator T&() const noexcept { return *object_; }

private:
    T* object_;
};

namespace detail {

/// A value of one unit of work: its inputs, later itself.
class HeldValue {
public:
    HeldValue() = default;
    HeldValue(const HeldValue&) = delete;
    HeldValue& operator=(const HeldValue&) = delete;
    virtual ~HeldValue() = default;
    virtual void make() = 0;
    /// The same for coroutines.
    virtual Task<> makeLater() = 0;
    /// Where the value is or will be.
    virtual void* address() noexcept = 0;
};

/// What a provider needs in handlers of one kind.
struct ProviderNeeds {
    /// Nothing when a parameter cannot be had there.
    std::optional<SignatureFacts> facts;
    /// That parameter.
    std::string_view missing;
};

/// How values of one type are made.
class Provider {
public:
    using Needs = std::array<ProviderNeeds, kWorkKindCount>;

    Provider(const std::type_info& value_type, std::string_view value_name, Needs needs)
        : type(&value_type), name(value_name), needs_(std::move(needs)) {}
    Provider(const Provider&) = delete;
    Provider& operator=(const Provider&) = delete;
    virtual ~Provider() = default;

    /// Reads the inputs; what is wrong with them goes to the scope. Only where needsIn() has facts.
    virtual std::unique_ptr<HeldValue> read(RequestScope& scope) const = 0;
    virtual std::unique_ptr<HeldValue> read(OperationScope& scope) const = 0;
    virtual std::unique_ptr<HeldValue> read(JobScope& scope) const = 0;

    const ProviderNeeds& needsIn(WorkKind kind) const noexcept {
        return needs_[static_cast<std::size_t>(kind)];
    }
    /// The facts of the first kind it serves: the other values it takes are the same in all of them.
    const SignatureFacts& facts() const noexcept {
        std::size_t kind = 0;
        while (!needs_[kind].facts) {
            ++kind;
        }
        return *needs_[kind].facts;
    }

    const std::type_info* type;
    std::string_view name;
    std::vector<ErrorCode> errors;
    bool is_cached = true;
    bool is_async = false;

private:
    Needs needs_;
};

/// One slot of a plan: who fills it, and where the inputs of that are.
struct PlannedValue {
    const Provider* provider = nullptr;
    Wiring wiring;
};

/// The values of one unit of work, in the order of the plan.
class ProvidedValues {
public:
    template <class S>
    ProvidedValues(S& scope, const std::vector<PlannedValue>& plan) {
        if (plan.empty()) {
            return;
        }
        scope.values = this;
        values_.reserve(plan.size());
        for (const PlannedValue& planned : plan) {
            scope.wire(planned.wiring);
            values_.push_back(planned.provider->read(scope));
        }
    }
    ProvidedValues(const ProvidedValues&) = delete;
    ProvidedValues& operator=(const ProvidedValues&) = delete;
    ~ProvidedValues() {
        while (!values_.empty()) {
            values_.pop_back();
        }
    }

    bool isEmpty() const noexcept { return values_.empty(); }
    void* at(std::uint32_t slot) const noexcept { return values_[slot]->address(); }

    void make() const {
        for (const auto& value : values_) {
            value->make();
        }
    }
    Task<> makeLater() const {
        for (const auto& value : values_) {
            co_await value->makeLater();
        }
    }

private:
    std::vector<std::unique_ptr<HeldValue>> values_;
};

/// In handler_provider.hpp.
template <class T>
std::unique_ptr<Provider> makeOwnProvider(SchemaCollector& collector);

template <class T>
SignatureFacts::ProvidedUse providedUse() {
    static_assert(std::is_object_v<T> && !std::is_const_v<T>, "name the type that is provided");
    if constexpr (SelfProviding<T>) {
        return {&typeid(T), typeName<T>(), &makeOwnProvider<T>};
    } else {
        return {&typeid(T), typeName<T>(), nullptr};
    }
}

template <class S, class P>
requires kIsA<std::remove_cvref_t<P>, Provided>
struct Argument<S, P> {
    using Type = std::remove_reference_t<decltype(*std::declval<std::remove_cvref_t<P>&>())>;
    static void describe(SignatureFacts& facts) {
        facts.provided_uses.push_back(providedUse<Type>());
    }
    explicit Argument(S& scope)
        : provided(*static_cast<Type*>(scope.values->at(scope.nextValue()))) {}
    auto& get() { return provided; }
    Provided<Type> provided;
};

template <class S, class P>
requires SelfProviding<std::remove_cvref_t<P>> && std::is_lvalue_reference_v<P>
struct Argument<S, P> {
    using Type = std::remove_cvref_t<P>;
    static void describe(SignatureFacts& facts) {
        facts.provided_uses.push_back(providedUse<Type>());
    }
    explicit Argument(S& scope) : value(static_cast<Type*>(scope.values->at(scope.nextValue()))) {}
    Type& get() { return *value; }
    Type* value;
};

template <class S, class P>
requires kIsA<std::remove_cvref_t<P>, Service>
struct Argument<S, P> {
    using Type = std::remove_reference_t<decltype(*std::declval<std::remove_cvref_t<P>&>())>;
    static void describe(SignatureFacts& facts) {
        facts.service_uses.push_back({&typeid(Type), typeName<Type>()});
    }
    explicit Argument(S& scope) : service(*static_cast<Type*>(scope.nextService())) {}
    auto& get() { return service; }
    Service<Type> service;
};

}  // namespace detail

}  // namespace mortise

#include "mortise/handler_provider.hpp"
