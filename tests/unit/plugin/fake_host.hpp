// FakeBinding and FakePublisher: a host that is nothing but its plugin folder.
//
// The binding gives plugins the declaration table, and nothing else; the publisher keeps the published set behind a real epoch, so
// that tests may dispatch into generations from many threads the way the host does.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "plugin/binding.hpp"
#include "plugin/generation.hpp"
#include "run/epoch.hpp"

// The contract leaves the type to the host.
struct mortise_declaration {
    mortise::plugin::Ledger* ledger;
};

namespace mortise::plugin::test {

class FakeInstance final : public HostInstance {
public:
    explicit FakeInstance(Generation& generation)
        : generation_(generation), declaration_{&generation.ledger()} {
        host_.struct_size = sizeof host_;
        host_.abi_version = MORTISE_ABI_VERSION;
        host_.query = [](const mortise_host*, mortise_str, std::uint32_t, const void**,
                         mortise_error*) -> mortise_status { return MORTISE_NOT_FOUND; };
        table_.struct_size = sizeof table_;
        table_.add_route = [](mortise_declaration* to, const mortise_route* route,
                              mortise_error* error) { return to->ledger->addRoute(route, error); };
        table_.add_operation = [](mortise_declaration* to, const mortise_operation* operation,
                                  mortise_error* error) {
            return to->ledger->addOperation(operation, error);
        };
        table_.add_job_type = [](mortise_declaration* to, const mortise_job_type* type,
                                 mortise_error* error) {
            return to->ledger->addJobType(type, error);
        };
        table_.add_error = [](mortise_declaration* to, mortise_str code, std::uint32_t status,
                              mortise_str message, mortise_error* error) {
            return to->ledger->addError(code, status, message, error);
        };
        table_.add_schema = [](mortise_declaration* to, mortise_str name, mortise_str schema,
                               mortise_error* error) {
            return to->ledger->addSchema(name, schema, error);
        };
    }

    const mortise_host* host() const noexcept override { return &host_; }
    const mortise_declare* declareTable() const noexcept override { return &table_; }
    mortise_declaration* declaration() noexcept override { return &declaration_; }
    void onActive() noexcept override {
        active_count += generation_.state() == Generation::State::Active ? 1 : 0;
    }
    void cancel() noexcept override {
        cancelled.store(true);
        if (on_cancel) {
            on_cancel();
        }
    }
    bool isCancelled() const noexcept override { return cancelled.load(); }
    void close() noexcept override {}
    std::vector<std::string> holdings() override { return {}; }

    std::atomic<bool> cancelled{false};
    /// How often it was told to serve while it was Active.
    std::atomic<int> active_count{0};
    /// What work in flight does when it is cancelled. Set before the change begins.
    std::function<void()> on_cancel;

private:
    Generation& generation_;
    mortise_host host_{};
    mortise_declare table_{};
    mortise_declaration declaration_;
};

class FakeBinding final : public HostBinding {
public:
    std::unique_ptr<HostInstance> makeInstance(Generation& generation, Purpose) override {
        return std::make_unique<FakeInstance>(generation);
    }
    std::optional<std::uint32_t> interfaceSize(std::string_view interface_id) const override {
        return interface_id == MORTISE_DECLARE_INTERFACE
                   ? std::optional<std::uint32_t>(sizeof(mortise_declare))
                   : std::nullopt;
    }
    std::vector<std::string> settingProblems(const Manifest&) override { return setting_problems; }
    std::vector<std::string> schemaProblems(const Manifest&) override { return schema_problems; }
    std::vector<std::string> migrationProblems(const Manifest&,
                                               const std::vector<Migration>&) override {
        return migration_problems;
    }
    std::vector<std::string> grantProblems(const Manifest&) override { return grant_problems; }

    std::vector<std::string> setting_problems;
    std::vector<std::string> schema_problems;
    std::vector<std::string> migration_problems;
    std::vector<std::string> grant_problems;
};

class FakePublisher final : public Publisher {
public:
    std::vector<Clash> judge(const std::vector<const Ledger*>& ledgers) override {
        return ledgerClashes(ledgers);
    }

    bool publish(const ActiveSet& next) override {
        if (fails_next.exchange(false)) {
            throw Error::internal("the table could not be built");
        }
        const auto old = published_.exchange(std::make_unique<const ActiveSet>(next));
        publish_count.fetch_add(1);
        return epoch_.synchronize(std::chrono::steady_clock::now() + limits::kGraceDeadline);
    }

    /// Finds and pins as a reactor does; nullptr when nothing serves under that name.
    Generation* enter(const std::string& name) {
        const run::Epoch::Section section(epoch_);
        const ActiveSet* set = published_.read();
        for (std::size_t i = 0; set != nullptr && i < set->serving.size(); ++i) {
            if (set->serving[i]->name() == name) {
                set->serving[i]->pin();
                return set->serving[i].get();
            }
        }
        return nullptr;
    }

    /// One request: what the first route of `name` says, empty when it is away.
    std::string ask(const std::string& name) {
        Generation* generation = enter(name);
        if (generation == nullptr) {
            return {};
        }
        mortise_error error{};
        error.struct_size = sizeof error;
        const DeclaredRoute& route = generation->ledger().routes().front();
        route.handler(route.handler_context, nullptr, &error);
        generation->unpin();
        return error.message;
    }

    std::vector<std::string> degradedNames() {
        const run::Epoch::Section section(epoch_);
        std::vector<std::string> names;
        for (const auto& degraded : published_.read()->degraded) {
            names.push_back(degraded.plugin);
        }
        return names;
    }

    std::atomic<bool> fails_next{false};
    std::atomic<int> publish_count{0};

private:
    run::Epoch epoch_;
    run::Published<ActiveSet> published_{epoch_};
};

}  // namespace mortise::plugin::test
