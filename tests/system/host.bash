# Sourced by the shell tests of this folder: a host of their own, as `./dev run` starts it, but with port, state and database
# in a directory that goes when the test ends.
#
#   start_host MORTISE_BINARY PLUGIN_DIRECTORY     sets MORTISE_URL, MORTISE_BINARY, MORTISE_ADMIN_PASSWORD, APP_CONTROL_SOCKET
#                                                  and $state
#   use_sanitizers CMAKE_CACHE                     what is built from here on has the sanitizers of that build, whose library its
#                                                  tests link
#   blocks FILE                                    the bash blocks of a page
#   fail TEXT...

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# Short, for the sockets, and open, because PostgreSQL of a host that runs as root is another user.
state=$(mktemp -d /tmp/mortise-test.XXXXXX)
chmod 755 "$state"
: >"$state/host.log"
host_pid=

end_test() {
    local status=$?
    if [ -n "$host_pid" ] && kill -TERM "$host_pid" 2>/dev/null; then
        wait "$host_pid" || true
    fi
    if [ "$status" -ne 0 ]; then
        printf '\n--- the end of the log of the host:\n'
        tail -n 40 "$state/host.log"
    fi
    rm -rf "$state"
    exit "$status"
}
trap end_test EXIT

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

use_sanitizers() {
    case $(sed -n 's/^MORTISE_SANITIZE:[A-Z]*=//p' "$1") in
        address) export CXXFLAGS=-fsanitize=address,undefined LSAN_OPTIONS=suppressions=$state/leaks ;;
        *) ;;
    esac
    echo 'leak:libpqxx-6' >"$state/leaks"  # It forgets the result of a statement whose connection died.
}

# The fenced blocks of a page of this repository, one after the other, each announced by the number of its first line.
blocks() {
    awk -v page="$1" '/^```bash$/ { inside = 1; printf "echo \"--- %s:%d\"\n", page, NR + 1; next }
         /^```$/ { inside = 0; next }
         inside' "$root/$1"
}

start_host() {
    export MORTISE_BINARY=$1 MORTISE_URL MORTISE_ADMIN_PASSWORD=only-for-this-test
    export APP_CONTROL_SOCKET=$state/var/control.sock
    cd "$root" || fail "no $root"
    APP_USERS_BOOTSTRAP_ADMIN_PASSWORD=$MORTISE_ADMIN_PASSWORD "$MORTISE_BINARY" serve \
        --config=etc/mortise.properties --env-file="$state/.env" --port=0 --log.format=json \
        --plugins.directory="$2" --plugins.state_directory="$state/var" \
        --database.embedded_directory="$state/postgres" \
        --users.bootstrap_admin_email=admin@example.com >"$state/host.log" 2>&1 &
    host_pid=$!
    for _ in $(seq 1200); do
        MORTISE_URL=$(sed -nE '/"app\.ready"/s/.*"url":"([^"]+)".*/\1/p' "$state/host.log")
        [ -z "$MORTISE_URL" ] || return 0
        kill -0 "$host_pid" 2>/dev/null || fail "the host ended before it was ready"
        sleep 0.1
    done
    fail "the host was not ready in time"
}
