#!/usr/bin/env bash
# Requests per second of a route of a plugin beside nginx, on this machine, now.
#
#   ./dev bench [--quick]
#
# Both servers answer the same JSON body from one thread on core 0, over loopback; wrk asks from core 1. The host has its whole pipeline on,
# except the access log, which nginx has off too. Rounds alternate (A B A B), so that what else happens on the machine meets both. The figure
# that means something on another day is the ratio, the median of that of each round. Nothing here passes or fails by a time.
#
# One line per run is added to tests/bench/history.jsonl. nginx is unpacked beside the build and not installed: a package would start a service.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"

connections=64
rounds=5
seconds=8
case ${1:-} in
    --quick) rounds=3 seconds=3 ;;
    "") ;;
    *) echo "usage: bench [--quick]" >&2; exit 1 ;;
esac

say() { printf '==> %s\n' "$*" >&2; }
fail() { printf 'bench: %s\n' "$*" >&2; exit 1; }

[ "$(nproc)" -ge 2 ] || fail "needs two cores, one for the server and one for wrk"
work=$(mktemp -d /tmp/mortise-bench.XXXXXX)
chmod 755 "$work"
pids=()

end() {
    local status=$? pid
    for pid in "${pids[@]}"; do
        if kill -TERM "$pid" 2>/dev/null; then wait "$pid" || true; fi
    done
    [ "$status" -eq 0 ] || tail -n 20 "$work"/*.log >&2 || true
    rm -rf "$work"
    exit "$status"
}
trap end EXIT

# Installed, unpacked earlier, or unpacked now.
find_nginx() {
    if command -v nginx || command -v /usr/sbin/nginx; then
        return
    fi
    local place=build/bench/nginx
    if [ ! -x "$place/usr/sbin/nginx" ]; then
        say "unpacking nginx"
        mkdir -p "$place"
        (cd "$place" && apt-get download -qq nginx >&2 && dpkg -x ./nginx_*.deb . && rm ./nginx_*.deb)
    fi
    printf '%s\n' "$root/$place/usr/sbin/nginx"
}

build_release() {
    say "building (release)"
    cmake --preset release >"$work/build.log"
    cmake --build --preset release -j "$(nproc)" --target mortise plugin_hello >>"$work/build.log" 2>&1
}

start_mortise() {
    mkdir "$work/plugins"
    cp build/release/examples/hello.so "$work/plugins/"
    taskset -c 0 build/release/bin/mortise serve --env-file="$work/.env" --port=0 --log.format=json --run.reactors=1 \
        --http.access_log=false --plugins.directory="$work/plugins" --plugins.state_directory="$work/state" \
        --database.embedded_directory="$work/postgres" >"$work/mortise.log" 2>&1 &
    pids+=($!)
    local _
    for _ in $(seq 600); do
        mortise_url=$(sed -nE '/"app\.ready"/s/.*"url":"([^"]+)".*/\1/p' "$work/mortise.log")
        [ -z "$mortise_url" ] || break
        sleep 0.1
    done
    [ -n "$mortise_url" ] || fail "the host did not get ready"
    mortise_url+=/api/v1/hello
}

# nginx takes no port of the system's choice, so ports are tried until one is free.
start_nginx() {
    local body=$1 port _
    for _ in $(seq 20); do
        port=$((RANDOM % 20000 + 20000))
        cat >"$work/nginx.conf" <<CONF
worker_processes 1;
daemon off;
pid $work/nginx.pid;
error_log $work/nginx.log;
events { worker_connections 4096; }
http {
    access_log off;
    keepalive_requests 100000000;
    client_body_temp_path $work/body; proxy_temp_path $work/proxy; fastcgi_temp_path $work/fastcgi;
    uwsgi_temp_path $work/uwsgi; scgi_temp_path $work/scgi;
    server { listen 127.0.0.1:$port; location / { default_type application/json; return 200 '$body'; } }
}
CONF
        taskset -c 0 "$nginx" -p "$work" -c "$work/nginx.conf" 2>"$work/nginx.log" &
        local pid=$!
        nginx_url=http://127.0.0.1:$port/
        sleep 0.5
        if kill -0 "$pid" 2>/dev/null && curl -sSf "$nginx_url" >/dev/null; then
            pids+=("$pid")
            return 0
        fi
        wait "$pid" || true
    done
    fail "nginx does not start"
}

# Requests per second of one round; an answer that is no success spoils the run.
measure() {
    local url=$1 output
    output=$(taskset -c 1 wrk -t 1 -c "$connections" -d "${seconds}s" "$url")
    ! grep -q 'Non-2xx\|Socket errors' <<<"$output" || fail "not every request succeeded: $output"
    awk '/^Requests\/sec:/ { printf "%d\n", $2 }' <<<"$output"
}

median() { sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }

command -v wrk >/dev/null || fail "wrk is not installed"
nginx=$(find_nginx)
build_release
start_mortise
start_nginx "$(curl -sSf "$mortise_url")"

say "$rounds rounds of $seconds s each, $connections connections"
for round in $(seq 0 "$rounds"); do
    ours=$(measure "$mortise_url")
    theirs=$(measure "$nginx_url")
    [ "$round" -eq 0 ] && continue # Warm-up.
    printf 'round %d   mortise %8d/s   nginx %8d/s\n' "$round" "$ours" "$theirs"
    echo "$ours" >>"$work/ours"
    echo "$theirs" >>"$work/theirs"
    awk -v a="$ours" -v b="$theirs" 'BEGIN { printf "%.2f\n", a / b }' >>"$work/ratios"
done

ours=$(median <"$work/ours")
theirs=$(median <"$work/theirs")
ratio=$(median <"$work/ratios")
printf 'median    mortise %8d/s   nginx %8d/s   ratio %s\n' "$ours" "$theirs" "$ratio"

printf '{"date":"%s","commit":"%s","suite":"hello","cpu":"%s","connections":%d,"rounds":%d,"seconds":%d,"mortise":%d,"nginx":%d,"ratio":%s}\n' \
    "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$(git rev-parse --short HEAD 2>/dev/null || echo unknown)" \
    "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$connections" "$rounds" "$seconds" "$ours" "$theirs" "$ratio" \
    >>tests/bench/history.jsonl
