// handler_provider: functions as providers: from their signature to the values they make. Included by handler_provided.hpp.
//
// A value lives where its inputs live, in one block per value and unit of work; it need not be movable, except one that a coroutine
// provides.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <stdexcept>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "mortise/handler_provided.hpp"

namespace mortise::detail {

/// `Call` is called with the arguments P and returns R: a value, or a task of one.
template <class S, class Call, class R, class... P>
class CalledValue final : public HeldValue {
    using Value = typename TaskValue<R>::type;

public:
    CalledValue(S& scope, const Call& call) : arguments_(scope, Unchecked()), call_(call) {}
    ~CalledValue() override {
        if (value_ != nullptr) {
            value_->~Value();
        }
    }

    void make() override {
        if constexpr (!kIsTask<R>) {
            value_ = ::new (static_cast<void*>(storage_)) Value(arguments_.apply(call_));
        }
    }
    Task<> makeLater() override {
        if constexpr (kIsTask<R>) {
            Value made = co_await arguments_.apply(call_);
            value_ = ::new (static_cast<void*>(storage_)) Value(std::move(made));
        } else {
            make();
        }
        co_return;
    }
    void* address() noexcept override { return storage_; }

private:
    Arguments<S, P...> arguments_;
    const Call& call_;
    Value* value_ = nullptr;
    alignas(Value) std::byte storage_[sizeof(Value)];
};

/// What a provider with the parameters P needs in handlers with this scope.
template <class S, class... P>
ProviderNeeds providerNeeds(SchemaCollector& collector) {
    ProviderNeeds needs;
    if constexpr ((Resolvable<S, P> && ...)) {
        needs.facts = describeSignature<S, P...>(collector);
    } else {
        const auto look = [&needs](bool is_there, std::string_view parameter) {
            if (!is_there && needs.missing.empty()) {
                needs.missing = parameter;
            }
        };
        (look(Resolvable<S, P>, typeName<P>()), ...);
    }
    return needs;
}

template <class... P>
Provider::Needs allNeeds(SchemaCollector& collector) {
    if constexpr (!(Resolvable<RequestScope, P> && ...) &&
                  !(Resolvable<OperationScope, P> && ...) && !(Resolvable<JobScope, P> && ...)) {
        describeSignature<RequestScope, P...>(collector);  // Says which parameters there are.
    }
    return {providerNeeds<RequestScope, P...>(collector),
            providerNeeds<OperationScope, P...>(collector),
            providerNeeds<JobScope, P...>(collector)};
}

template <class Call, class R, class... P>
class CallProvider final : public Provider {
    using Value = typename TaskValue<R>::type;
    static_assert(std::is_object_v<Value> && !std::is_const_v<Value>,
                  "a provider returns a value, which lives until the answer is made");

public:
    CallProvider(Call call, SchemaCollector& collector)
        : Provider(typeid(Value), typeName<Value>(), allNeeds<P...>(collector)),
          call_(std::move(call)) {
        is_async = kIsTask<R>;
    }
    std::unique_ptr<HeldValue> read(RequestScope& scope) const override { return held(scope); }
    std::unique_ptr<HeldValue> read(OperationScope& scope) const override { return held(scope); }
    std::unique_ptr<HeldValue> read(JobScope& scope) const override { return held(scope); }

private:
    template <class S>
    std::unique_ptr<HeldValue> held(S& scope) const {
        if constexpr ((Resolvable<S, P> && ...)) {
            return std::make_unique<CalledValue<S, Call, R, P...>>(scope, call_);
        } else {
            throw std::logic_error("a provider stands in the plan of a handler it cannot serve");
        }
    }

    Call call_;
};

/// A member function of an object of the plugin, as a function.
template <class Object, class Member>
struct MemberCall {
    Object* object;
    Member member;

    template <class... A>
    decltype(auto) operator()(A&&... arguments) const {
        return (object->*member)(std::forward<A>(arguments)...);
    }
};

/// The parts of the type of a function that provides something.
template <class Function>
struct ProviderSignature : ProviderSignature<decltype(&Function::operator())> {};
template <class R, class... P>
struct ProviderSignature<R (*)(P...)> {
    template <class Call>
    using Bound = CallProvider<Call, R, P...>;
    using Value = typename TaskValue<R>::type;
};
template <class R, class... P>
struct ProviderSignature<R (*)(P...) noexcept> : ProviderSignature<R (*)(P...)> {};
template <class Class, class R, class... P>
struct ProviderSignature<R (Class::*)(P...)> : ProviderSignature<R (*)(P...)> {};
template <class Class, class R, class... P>
struct ProviderSignature<R (Class::*)(P...) noexcept> : ProviderSignature<R (*)(P...)> {};
template <class Class, class R, class... P>
struct ProviderSignature<R (Class::*)(P...) const> : ProviderSignature<R (*)(P...)> {};
template <class Class, class R, class... P>
struct ProviderSignature<R (Class::*)(P...) const noexcept> : ProviderSignature<R (*)(P...)> {};

/// A function or a lambda, in contrast to an object that is a service.
template <class Function>
concept ProviderFunction =
    std::is_pointer_v<Function> || std::is_member_function_pointer_v<Function> || requires {
    &Function::operator();
};

template <class T>
std::unique_ptr<Provider> makeOwnProvider(SchemaCollector& collector) {
    using Function = decltype(&T::provide);
    static_assert(std::is_pointer_v<Function>, "provide() is a static member function");
    using Signature = ProviderSignature<Function>;
    static_assert(std::is_same_v<typename Signature::Value, T>,
                  "provide() returns the type it stands in, or a Task of it");
    return std::make_unique<typename Signature::template Bound<Function>>(&T::provide, collector);
}

}  // namespace mortise::detail
