// handler_job: a member function as the handler of a job type. Included by handler.hpp.
#pragma once

#include <string>
#include <type_traits>

#include "mortise/handler.hpp"

namespace mortise::detail {

template <class Object, class Member, class R, class... P>
class JobBinding final : public BindingBase {
    static_assert(!kIsTask<R>,
                  "job threads get no coroutines: make the job handler a plain function");

public:
    JobBinding(const Host& host, Object& object, Member member)
        : host_(host), object_(object), member_(member) {}

    static constexpr mortise_job_handler callback() { return &JobBinding::run; }

private:
    static mortise_status run(void* raw, mortise_job* job, mortise_error* error) noexcept {
        auto& self = *static_cast<JobBinding*>(raw);
        JobScope scope;
        scope.unit = Unit{&self.host_, job->context, false, false};
        scope.job = job;
        try {
            const ProvidedValues provided(scope, self.plan);
            scope.wire(self.wiring);
            Arguments<JobScope, P...> arguments(scope);
            provided.make();
            if constexpr (std::is_void_v<R>) {
                arguments.call(self.object_, self.member_);
                return MORTISE_OK;
            } else {
                const std::string result = toJson(arguments.call(self.object_, self.member_));
                return need(self.host_.tables().jobs, MORTISE_JOBS_INTERFACE)
                    .result(job, str(result), error);
            }
        } catch (...) {  // everything ends in a status
            return reportCurrent(scope, "job.unhandled_error", error,
                                 [&](const AppError& failure) { return failWith(error, failure); });
        }
    }

    const Host& host_;
    Object& object_;
    Member member_;
};

}  // namespace mortise::detail
