#!/usr/bin/env bash
# Installs what Bushel needs from this machine, and nothing else.
#
#   scripts/setup.sh run     a Rust toolchain, a C compiler, Node, Postgres server binaries
#   scripts/setup.sh test    the same, Node, make, Chromium, Redis, Java with Maven and the jars of
#                            Apache Kafka (scripts/kafka.sh), Python with what scripts/python-tools.sh
#                            installs, Node's programs of scripts/node-tools.sh, and Stripe's mock
#                            (scripts/stripe-mock.sh) if Go is there
#   scripts/setup.sh check   a Rust toolchain with rustfmt and clippy, a C compiler, Node, Python
#   scripts/setup.sh ci      everything above
#
# It may be run as often as you like: what is there is left alone, and a run that finds everything
# takes well under a second. Every thing gets one line. It never starts or configures a server:
# Bushel runs a private Postgres of its own from the installed binaries.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly POSTGRES_MIN=15
readonly NODE_MIN=20.19
readonly JAVA_MIN=17
readonly PURPOSE="${1:-test}"

# rustup's default place is often not yet on the PATH of the shell that installed it.
if ! command -v cargo >/dev/null 2>&1 && [ -x "${HOME:-}/.cargo/bin/cargo" ]; then
    PATH="$HOME/.cargo/bin:$PATH"
fi

line() { printf '  %-9s %-13s %s\n' "$1" "$2" "$3"; }

# stop THING WHAT-IS-WRONG [WHAT-TO-DO...]
stop() {
    local thing="$1" wrong="$2"
    shift 2
    line missing "$thing" "$wrong" >&2
    if [ "$#" -gt 0 ]; then printf '            %s\n' "$@" >&2; fi
    exit 1
}

# at_least HAVE WANT: compares the first two numbers of a version.
at_least() {
    awk -v have="$1" -v want="$2" 'BEGIN {
        split(have, h, "."); split(want, w, ".")
        exit !(h[1] + 0 > w[1] + 0 || (h[1] + 0 == w[1] + 0 && h[2] + 0 >= w[2] + 0))
    }'
}

system() {
    case "$(uname -s)" in
        Darwin) echo macos ;;
        Linux)
            if command -v apt-get >/dev/null 2>&1; then
                echo debian
            elif command -v dnf >/dev/null 2>&1; then
                echo fedora
            elif command -v pacman >/dev/null 2>&1; then
                echo arch
            elif command -v apk >/dev/null 2>&1; then
                echo alpine
            else
                echo other
            fi
            ;;
        *) echo other ;;
    esac
}

# Files that are there for the length of this script.
leftovers=()
remove_leftovers() {
    if [ "${#leftovers[@]}" -gt 0 ]; then as_root rm -f "${leftovers[@]}"; fi
}
trap remove_leftovers EXIT

# --- Debian and its relatives --------------------------------------------------------------------

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        if [ -t 0 ]; then sudo "$@"; else sudo -n "$@"; fi
    else
        echo "This needs root and there is no sudo; as root, run: $*" >&2
        return 1
    fi
}

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 "$@" </dev/null
}

# The package lists are refreshed only when an installation fails without that.
apt_install() {
    local log
    log="$(mktemp)"
    if apt install -y --no-install-recommends "$@" >"$log" 2>&1 \
        || { apt update >>"$log" 2>&1 && apt install -y --no-install-recommends "$@" >>"$log" 2>&1; }
    then
        rm -f "$log"
    else
        tail -n 20 "$log" >&2
        rm -f "$log"
        return 1
    fi
}

# The version of Postgres that `apt-get install postgresql` would bring; empty when unknown.
apt_postgres_version() {
    apt-cache policy postgresql 2>/dev/null | awk '$1 == "Candidate:" { split($2, v, "[^0-9]"); print v[1] }'
}

# Debian's package makes and starts a cluster of its own. A drop-in file prevents that for the
# length of this installation; it goes away afterwards, because what other people's packages do on
# this machine is not ours to change.
install_postgres_debian() {
    local dropin=/etc/postgresql-common/createcluster.d/bushel-setup.conf candidate
    candidate="$(apt_postgres_version)"
    if [ -z "$candidate" ]; then
        apt update >/dev/null
        candidate="$(apt_postgres_version)"
    fi
    if [ -z "$candidate" ] || [ "$candidate" -lt "$POSTGRES_MIN" ]; then
        stop postgres "this system's packages offer version ${candidate:-none}; $POSTGRES_MIN or newer is needed" \
            "Add the PostgreSQL project's own apt repository, see https://wiki.postgresql.org/wiki/Apt," \
            "then: apt-get install --no-install-recommends postgresql-17"
    fi
    leftovers+=("$dropin")
    as_root mkdir -p "${dropin%/*}" || return 1
    printf 'create_main_cluster = false\n' | as_root tee "$dropin" >/dev/null || return 1
    apt_install postgresql
}

# Debian's package starts a server of its own, now and when the machine starts. Neither is wanted.
# Where somebody has forbidden starts already, that stays.
install_redis_debian() {
    local policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        leftovers+=("$policy")
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null || return 1
        as_root chmod 755 "$policy" || return 1
    fi
    apt_install redis-server || return 1
    as_root systemctl disable redis-server >/dev/null 2>&1 || true
}

# --- The things ----------------------------------------------------------------------------------

need_rust() {
    local want have
    want="$(sed -n 's/^rust-version *= *"\([0-9.]*\)".*/\1/p' Cargo.toml | head -n 1)"
    command -v cargo >/dev/null 2>&1 || stop rust "cargo is not installed; Rust $want or newer is needed" \
        "Install it with rustup, the official installer: https://rustup.rs" \
        "Then open a new shell, or run: . \"\$HOME/.cargo/env\""
    have="$(cargo --version | awk '{ print $2 }')"
    if ! at_least "$have" "$want"; then
        if command -v rustup >/dev/null 2>&1; then
            stop rust "cargo is $have; $want or newer is needed" "Run: rustup update stable"
        fi
        stop rust "cargo is $have; $want or newer is needed" \
            "Install a newer one with rustup, the official installer: https://rustup.rs"
    fi
    line ok rust "$have (needs $want)"
}

need_rust_component() {
    local name="$1" program="$2"
    if ! cargo "$program" --version >/dev/null 2>&1; then
        command -v rustup >/dev/null 2>&1 || stop "$name" "not part of this Rust installation" \
            "Install the package of your system that has cargo-$program."
        line install "$name" "rustup component add $name"
        rustup component add "$name" >/dev/null
    fi
    line ok "$name" "$(cargo "$program" --version)"
}

c_compiler() {
    local name
    for name in "${CC:-cc}" gcc clang; do
        # macOS has stubs by these names that only open a dialogue: they fail when they are asked.
        if command -v "$name" >/dev/null 2>&1 && "$name" --version >/dev/null 2>&1; then
            command -v "$name"
            return
        fi
    done
    return 1
}

need_c_compiler() {
    local found
    if ! found="$(c_compiler)"; then
        case "$(system)" in
            debian)
                line install "C compiler" "apt-get install gcc libc6-dev"
                apt_install gcc libc6-dev || stop "C compiler" "apt-get could not install it" \
                    "As root, run: apt-get install gcc libc6-dev"
                ;;
            macos) stop "C compiler" "not installed" "Run: xcode-select --install" ;;
            fedora) stop "C compiler" "not installed" "Run: sudo dnf install gcc glibc-devel" ;;
            arch) stop "C compiler" "not installed" "Run: sudo pacman -S gcc" ;;
            alpine) stop "C compiler" "not installed" "Run: apk add build-base" ;;
            *) stop "C compiler" "not installed" "Install gcc or clang, so that \`cc\` is on the PATH." ;;
        esac
        found="$(c_compiler)" || stop "C compiler" "installed, but \`cc\` is still not on the PATH"
    fi
    line ok "C compiler" "$found"
}

need_make() {
    if ! command -v make >/dev/null 2>&1; then
        if [ "$(system)" = debian ]; then
            line install make "apt-get install make"
            apt_install make || stop make "apt-get could not install it" "As root, run: apt-get install make"
        else
            stop make "not installed" "Install GNU make with your system's package manager."
        fi
    fi
    line ok make "$(command -v make)"
}

postgres_major() {
    "$1/postgres" --version 2>/dev/null | awk '{ split($3, v, "[^0-9]"); print v[1] }'
}

# Prints `<folder> <major>` of the newest server binaries that are new enough.
postgres_binaries() {
    local folder major best="" best_major=0 on_path
    on_path="$(command -v postgres 2>/dev/null || true)"
    for folder in "${BUSHEL_PG_BIN:-}" \
        /usr/lib/postgresql/*/bin /usr/pgsql-*/bin \
        /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin \
        "${on_path%/*}"
    do
        if [ -z "$folder" ] || [ ! -x "$folder/postgres" ] || [ ! -x "$folder/initdb" ]; then
            continue
        fi
        major="$(postgres_major "$folder")"
        if [ "${major:-0}" -ge "$POSTGRES_MIN" ] && [ "$major" -gt "$best_major" ]; then
            best="$folder" best_major="$major"
        fi
    done
    [ -n "$best" ] && echo "$best $best_major"
}

need_postgres() {
    local found
    if [ "$PURPOSE" = run ] && [ -n "${DATABASE_URL:-}" ]; then
        line ok postgres "DATABASE_URL is set: Bushel uses that database"
        return
    fi
    if ! found="$(postgres_binaries)"; then
        case "$(system)" in
            debian)
                line install postgres "apt-get install postgresql (its own cluster is neither made nor started)"
                install_postgres_debian || stop postgres "apt-get could not install it" \
                    "As root, run: apt-get install --no-install-recommends postgresql"
                ;;
            macos)
                command -v brew >/dev/null 2>&1 || stop postgres "not installed, and Homebrew is not there to install it" \
                    "Install Homebrew (https://brew.sh), then run: brew install postgresql@17"
                line install postgres "brew install postgresql@17 (not started as a service)"
                brew install --quiet postgresql@17 </dev/null || stop postgres "brew could not install it" \
                    "Run: brew install postgresql@17"
                ;;
            fedora) stop postgres "version $POSTGRES_MIN or newer not found" "Run: sudo dnf install postgresql-server postgresql-contrib" ;;
            arch) stop postgres "version $POSTGRES_MIN or newer not found" "Run: sudo pacman -S postgresql" ;;
            alpine) stop postgres "version $POSTGRES_MIN or newer not found" "Run: apk add postgresql17 postgresql17-contrib" ;;
            *)
                stop postgres "the server binaries of version $POSTGRES_MIN or newer were not found" \
                    "Install PostgreSQL (https://www.postgresql.org/download/); \`postgres\` and \`initdb\` must be" \
                    "on the PATH, or their folder in BUSHEL_PG_BIN. It need not run."
                ;;
        esac
        found="$(postgres_binaries)" || stop postgres "installed, but version $POSTGRES_MIN or newer is still not found" \
            "Put the folder of \`postgres\` and \`initdb\` into BUSHEL_PG_BIN."
    fi
    line ok postgres "${found##* } in ${found% *}"
}

# The web app is built with Node.
need_node() {
    local have=""
    have="$(node --version 2>/dev/null | sed 's/^v//')"
    if [ -z "$have" ] && [ "$(system)" = debian ] && apt_node_is_new_enough; then
        line install node "apt-get install nodejs npm"
        apt_install nodejs npm || stop node "apt-get could not install it" "As root, run: apt-get install nodejs npm"
        have="$(node --version 2>/dev/null | sed 's/^v//')"
    fi
    if ! at_least "${have:-0}" "$NODE_MIN"; then
        stop node "${have:-not installed}; $NODE_MIN or newer is needed to build the web app" \
            "Install it from https://nodejs.org (or with your system's packages), then run this again."
    fi
    command -v npm >/dev/null 2>&1 || stop node "npm is not installed" "Install the package npm of your system."
    line ok node "$have (needs $NODE_MIN)"
}

apt_node_is_new_enough() {
    local candidate
    candidate="$(apt-cache policy nodejs 2>/dev/null | awk '$1 == "Candidate:" { print $2 }')"
    at_least "${candidate%%[~+-]*}" "$NODE_MIN"
}

# The pages are tested in a real browser.
chromium() {
    local name
    for name in "${BUSHEL_CHROMIUM:-}" /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        if [ -n "$name" ] && [ -x "$name" ]; then
            echo "$name"
            return
        fi
    done
    return 1
}

need_chromium() {
    local found
    if ! found="$(chromium)" && [ "$(system)" = debian ]; then
        line install chromium "apt-get install chromium"
        apt_install chromium || stop chromium "apt-get could not install it" "As root, run: apt-get install chromium"
    fi
    found="$(chromium)" || stop chromium "not found" "Install Chromium or Chrome, or put its path into BUSHEL_CHROMIUM."
    line ok chromium "$found"
}

# Some tests speak to programs of others: a real SMTP server, a stock gRPC client, a library that
# verifies webhooks. They and the tools of the Python SDK come from Python's registry into folders
# of their own.
need_python() {
    local which
    if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
        if [ "$(system)" = debian ]; then
            line install python "apt-get install python3 python3-venv"
            apt_install python3 python3-venv || stop python "apt-get could not install it" \
                "As root, run: apt-get install python3 python3-venv"
        else
            stop python "python3 with its module venv is not installed" "Install Python 3.10 or newer."
        fi
    fi
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || stop python \
        "$(python3 --version) is too old; 3.10 or newer is needed" "Put a newer python3 on the PATH."
    for which in tests sdk; do
        scripts/python-tools.sh "$which" >/dev/null 2>&1 || stop python \
            "the packages for the tests can't be installed" \
            "Run this to see why: scripts/python-tools.sh $which"
    done
    line ok python "$(python3 --version) with the packages of scripts/python-tools.sh"
}

# Shared limits and the shared cache are tested with a real one, which the tests start themselves.
need_redis() {
    if ! command -v redis-server >/dev/null 2>&1; then
        case "$(system)" in
            debian)
                line install redis "apt-get install redis-server (the tests start their own)"
                install_redis_debian || stop redis "apt-get could not install it" \
                    "As root, run: apt-get install --no-install-recommends redis-server"
                ;;
            macos) stop redis "not installed" "Run: brew install redis" ;;
            *) stop redis "not installed" "Install Redis 5 or newer, or Valkey; \`redis-server\` must be on the PATH." ;;
        esac
    fi
    line ok redis "$(redis-server --version | awk '{ print $3 }')"
}

java_major() { java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1; }

# The relay of events is tested with a real broker, whose jars come by Maven.
need_kafka() {
    local found
    if [ "$(java_major)" -lt "$JAVA_MIN" ] 2>/dev/null || ! command -v java >/dev/null 2>&1 \
        || { ! command -v mvn >/dev/null 2>&1 && ! scripts/kafka.sh installed; }
    then
        case "$(system)" in
            debian)
                line install kafka "apt-get install default-jre-headless maven"
                apt_install default-jre-headless maven || stop kafka "apt-get could not install Java and Maven" \
                    "As root, run: apt-get install --no-install-recommends default-jre-headless maven"
                ;;
            macos) stop kafka "it needs Java $JAVA_MIN and Maven" "Run: brew install openjdk maven" ;;
            *) stop kafka "it needs Java $JAVA_MIN and Maven" "Install a JRE of version $JAVA_MIN or newer, and Maven." ;;
        esac
    fi
    found="$(scripts/kafka.sh install 2>/dev/null)" || stop kafka "its jars can't be brought" \
        "Run this to see why: scripts/kafka.sh install"
    line ok kafka "$found"
}

# Stripe's own mock is a program in Go. It is the only thing that needs Go, so that isn't installed
# for it: without, one test is left out, and says so.
need_stripe_mock() {
    local found status=0
    found="$(scripts/stripe-mock.sh 2>/dev/null)" || status=$?
    case "$status" in
        0) line ok stripe-mock "$found" ;;
        3) line skip stripe-mock "no Go 1.22 or newer: the shape of requests to Stripe is NOT tested" ;;
        *) stop stripe-mock "it can't be made" "Run this to see why: scripts/stripe-mock.sh" ;;
    esac
}

# A certified OpenID Connect client and a real provider, for the tests.
need_node_tools() {
    scripts/node-tools.sh >/dev/null 2>&1 || stop "node tools" "the packages for the tests can't be installed" \
        "Run this to see why: scripts/node-tools.sh"
    line ok "node tools" "the packages of scripts/node-tools.sh"
}

case "$PURPOSE" in
    run) needs=(rust c_compiler node postgres) ;;
    test) needs=(rust c_compiler make node chromium postgres redis kafka python node_tools stripe_mock) ;;
    check) needs=(rust c_compiler rustfmt clippy node python) ;;
    ci) needs=(rust c_compiler make rustfmt clippy node chromium postgres redis kafka python node_tools stripe_mock) ;;
    *)
        echo "usage: scripts/setup.sh [run|test|check|ci]" >&2
        exit 2
        ;;
esac

for need in "${needs[@]}"; do
    case "$need" in
        rustfmt) need_rust_component rustfmt fmt ;;
        clippy) need_rust_component clippy clippy ;;
        *) "need_$need" ;;
    esac
done
