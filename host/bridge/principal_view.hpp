// PrincipalView: a principal in the shape of the contract, pointing into the host's own.
#pragma once

#include <memory>
#include <vector>

#include "mortise/identity.h"

namespace mortise::identity {
struct Principal;
}

namespace mortise::bridge {

class PrincipalView {
public:
    void set(std::shared_ptr<const identity::Principal> principal);
    /// nullptr for anonymous work. Valid as long as this object stays where it is.
    const mortise_principal* get() const noexcept { return principal_ ? &view_ : nullptr; }
    const std::shared_ptr<const identity::Principal>& owner() const noexcept { return principal_; }

private:
    std::shared_ptr<const identity::Principal> principal_;
    std::vector<mortise_str> texts_;  // Roles, then scopes.
    mortise_principal view_{};
};

}  // namespace mortise::bridge
