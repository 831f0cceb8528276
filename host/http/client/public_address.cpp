#include "http/client/public_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace mortise::http {
namespace {

struct Block4 {
    std::uint32_t first;
    unsigned prefix;
};

constexpr std::uint32_t address4(unsigned a, unsigned b, unsigned c, unsigned d) {
    return (a << 24U) | (b << 16U) | (c << 8U) | d;
}

constexpr std::array<Block4, 15> kSpecial4{{
    {address4(0, 0, 0, 0), 8},        // "this network"
    {address4(10, 0, 0, 0), 8},       // private
    {address4(100, 64, 0, 0), 10},    // shared by carriers
    {address4(127, 0, 0, 0), 8},      // loopback
    {address4(169, 254, 0, 0), 16},   // link-local, and the metadata services of clouds
    {address4(172, 16, 0, 0), 12},    // private
    {address4(192, 0, 0, 0), 24},     // protocol assignments
    {address4(192, 0, 2, 0), 24},     // documentation
    {address4(192, 88, 99, 0), 24},   // former 6to4 relays
    {address4(192, 168, 0, 0), 16},   // private
    {address4(198, 18, 0, 0), 15},    // benchmarks
    {address4(198, 51, 100, 0), 24},  // documentation
    {address4(203, 0, 113, 0), 24},   // documentation
    {address4(224, 0, 0, 0), 4},      // groups
    {address4(240, 0, 0, 0), 4},      // reserved, broadcast
}};

bool isPublic4(std::uint32_t address) noexcept {
    return std::none_of(kSpecial4.begin(), kSpecial4.end(), [address](const Block4& block) {
        return (address >> (32U - block.prefix)) == (block.first >> (32U - block.prefix));
    });
}

/// Only 2000::/3 is given out as global unicast; the exceptions inside it stand here.
bool isPublic6(const in6_addr& address) noexcept {
    const std::uint8_t* const bytes = address.s6_addr;
    const auto word = [bytes](int at) {
        return static_cast<std::uint16_t>((bytes[2 * at] << 8U) | bytes[2 * at + 1]);
    };
    if ((bytes[0] & 0xE0U) != 0x20U) {
        return false;  // With loopback, mapped IPv4, translation, unique local, link-local and groups.
    }
    const bool is_protocol = word(0) == 0x2001 && word(1) < 0x0200;  // Teredo, ORCHID, benchmarks.
    const bool is_documentation =
        (word(0) == 0x2001 && word(1) == 0x0DB8) || (word(0) == 0x3FFF && word(1) < 0x1000);
    const bool is_6to4 = word(0) == 0x2002;  // Carries an IPv4 address that may be anything.
    return !is_protocol && !is_documentation && !is_6to4;
}

}  // namespace

bool isPublicAddress(const sockaddr& address) noexcept {
    if (address.sa_family == AF_INET) {
        sockaddr_in in{};
        std::memcpy(&in, &address, sizeof in);
        return isPublic4(ntohl(in.sin_addr.s_addr));
    }
    if (address.sa_family == AF_INET6) {
        sockaddr_in6 in{};
        std::memcpy(&in, &address, sizeof in);
        return isPublic6(in.sin6_addr);
    }
    return false;
}

bool isPublicAddress(const char* address) noexcept {
    in_addr four{};
    if (::inet_pton(AF_INET, address, &four) == 1) {
        return isPublic4(ntohl(four.s_addr));
    }
    in6_addr six{};
    return ::inet_pton(AF_INET6, address, &six) == 1 && isPublic6(six);
}

}  // namespace mortise::http
