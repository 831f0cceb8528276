// A host instance on real services, without a plugin in it and without a database behind the pool.
#pragma once

#include "bridge/host_instance.hpp"
#include "bridge/publication.hpp"
#include "bridge/services.hpp"
#include "db/listener.hpp"
#include "db/pool.hpp"
#include "http/client/client.hpp"
#include "identity/digest.hpp"
#include "identity/passwords.hpp"
#include "log/log.hpp"
#include "log/sink.hpp"
#include "plugin/generation.hpp"
#include "run/cpu_pool.hpp"
#include "run/executor.hpp"
#include "run/reactor_group.hpp"
#include "run/timer_thread.hpp"
#include "tests/unit/identity/token_fixture.hpp"

namespace mortise::bridge::test {

inline plugin::Generation::Origin originOf(const std::string& name) {
    plugin::Generation::Origin origin;
    origin.number = 1;
    origin.manifest.name = name;
    origin.owns_mapped_path = false;
    return origin;
}

struct InstanceFixture {
    explicit InstanceFixture(const db::PoolSettings& database = {}) : pool(database, log) {
        reactors.start();
    }
    ~InstanceFixture() {
        instance.reset();
        timers.stop();
        outgoing.stop();
        executor.stop();
        reactors.stop();
    }

    log::MemorySink sink;
    log::Log log{log::Settings{}, sink};
    run::ReactorGroup reactors{1};
    run::Executor executor{"request", 2};
    run::TimerThread timers{"timer"};
    run::CpuPool cpu{"cpu", 1};
    Publication publication{log};
    db::Pool pool;
    db::Listener listener{{}, log};
    identity::PasswordHasher passwords{cpu, {}};
    identity::testing::TokenFixture tokens;
    identity::PluginSigner signer{"a secret key of thirty-two bytes"};
    http::OutgoingClient outgoing{{}};
    Services services{log,      reactors, executor,  timers,        publication,        pool,
                      listener, {},       passwords, tokens.issuer, tokens.revocations, signer,
                      outgoing, {}};
    plugin::Generation generation{originOf("notes")};
    std::unique_ptr<HostInstance> instance =
        std::make_unique<HostInstance>(generation, &services, Values());
};

}  // namespace mortise::bridge::test
