// Parser: finds and checks the head of a request in bytes that come in any portions.
//
// llhttp says as early as possible that something is no HTTP and where the head ends; readHead() then takes it apart. The bytes
// of the head are collected here, so the views of the request live as long as the parser keeps them.
#pragma once

#include <llhttp.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "http/socket/request_head.hpp"

namespace mortise::http {

class Parser {
public:
    enum class Progress {
        More,      ///< All bytes were taken, the head goes on.
        Complete,  ///< head() is set; the bytes behind it were not taken.
        Refused,   ///< refusal() says why; nothing more can be read from this connection.
    };

    Parser();
    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;

    /// Forgets the request, and memory beyond what a usual one needs.
    void reset();

    /// Takes bytes of the head; `used` says how many. `fields` is filled when the head is complete.
    Progress feed(std::string_view bytes, const HeadLimits& limits, std::vector<Pair>& fields,
                  std::size_t& used);

    const RequestHead& head() const noexcept { return head_; }
    Refusal refusal() const noexcept { return refusal_; }

private:
    static int onTarget(llhttp_t* parser, const char* at, std::size_t size);
    static int onHeadComplete(llhttp_t* parser);
    static const llhttp_settings_t& callbacks();
    Progress refuse(Refusal refusal) noexcept;
    Refusal refusalOf(llhttp_errno_t error, char offender) const noexcept;

    llhttp_t parser_{};
    std::string bytes_;
    std::size_t target_size_ = 0;
    std::size_t target_size_max_ = 0;
    RequestHead head_;
    Refusal refusal_;
};

}  // namespace mortise::http
