#include "bridge/principal_view.hpp"

#include "bridge/text.hpp"
#include "identity/principal.hpp"

namespace mortise::bridge {

void PrincipalView::set(std::shared_ptr<const identity::Principal> principal) {
    principal_ = std::move(principal);
    texts_.clear();
    if (!principal_) {
        return;
    }
    for (const std::string& role : principal_->roles) {
        texts_.push_back(strOf(role));
    }
    for (const std::string& scope : principal_->scopes) {
        texts_.push_back(strOf(scope));
    }
    view_ = {};
    view_.struct_size = sizeof view_;
    view_.role_count = static_cast<std::uint32_t>(principal_->roles.size());
    view_.subject = strOf(principal_->subject);
    view_.roles = texts_.data();
    view_.scopes = texts_.data() + principal_->roles.size();
    view_.scope_count = static_cast<std::uint32_t>(principal_->scopes.size());
    view_.token_id = strOf(principal_->token_id);
    view_.session_id = strOf(principal_->session_id);
    view_.issued_at_s = principal_->issued_at_s;
    view_.expires_at_s = principal_->expires_at_s;
}

}  // namespace mortise::bridge
