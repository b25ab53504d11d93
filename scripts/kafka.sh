#!/usr/bin/env bash
# Apache Kafka on this host: one broker that is its own controller (KRaft), for tests and for trying.
#
#   scripts/kafka.sh install              brings Kafka's jars by Maven; prints their folder
#   scripts/kafka.sh start --data DIR     starts a broker with its data in DIR, on 127.0.0.1 and free
#                                         ports (the same again after a stop), waits until it answers,
#                                         prints HOST:PORT for `bushel serve --kafka`
#   scripts/kafka.sh stop --data DIR      stops it
#   scripts/kafka.sh kill --data DIR      ends it as a crash does
#   scripts/kafka.sh installed            whether the jars are there
#
# The jars lie in ${XDG_CACHE_HOME:-$HOME/.cache}/bushel/kafka; nothing else is changed. It needs
# Java 17 and, for the jars, Maven.
set -euo pipefail

# With its version, so that everybody tests against the same.
readonly VERSION=4.3.1
readonly JARS="${XDG_CACHE_HOME:-${HOME:?}/.cache}/bushel/kafka/$VERSION"
# Below those that the system gives to clients: one that looks for a broker that is gone must not find
# itself there.
readonly PORT_MIN=11000 PORT_MAX=20000
readonly START_MAX_S=120

say() { printf '%s\n' "$*" >&2; }
fail() { say "kafka.sh: $*"; exit 1; }
usage() { say "usage: scripts/kafka.sh install | start --data DIR | stop --data DIR | kill --data DIR"; exit 2; }

# Whoever is second finds it there.
install() {
    local made
    [ -d "$JARS" ] && return
    command -v mvn >/dev/null || fail "Maven is not installed; it brings Kafka's jars (scripts/setup.sh test installs it)"
    say "bringing Kafka $VERSION to $JARS"
    mkdir -p "${JARS%/*}"
    made="$(mktemp -d "$JARS.XXXXXX")"
    # shellcheck disable=SC2064 # the path is known now
    trap "rm -rf '$made'" EXIT
    cat >"$made/pom.xml" <<POM
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>bushel</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>$VERSION</version>
    </dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
POM
    mvn -q -B -f "$made/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
        -DoutputDirectory="$made/jars" </dev/null >&2 || fail "Maven could not bring Kafka's jars"
    [ -d "$JARS" ] || mv "$made/jars" "$JARS"
}

java_program() {
    local java="${JAVA_HOME:+$JAVA_HOME/bin/}java"
    command -v "$java" >/dev/null || fail "Java is not installed; Kafka needs 17 or newer (scripts/setup.sh test installs it)"
    echo "$java"
}

# Quick to start, and small.
run_java() { exec "$(java_program)" -Xmx400m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp "$JARS/*" "$@"; }

is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
    local port
    for _ in $(seq 100); do
        port=$((PORT_MIN + (RANDOM * 32768 + RANDOM) % (PORT_MAX - PORT_MIN)))
        if is_free "$port"; then
            echo "$port"
            return
        fi
    done
    fail "found no free port"
}

configure() {
    local port controller id
    port="$(free_port)"
    controller="$(free_port)"
    id="$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | cut -c 1-22)"
    # Short sessions: a broker that was killed is let in again when its last session has ended.
    cat >"$data/server.properties.tmp" <<PROPERTIES
process.roles=broker,controller
node.id=1
listeners=CLIENTS://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=CLIENTS://127.0.0.1:$port
listener.security.protocol.map=CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=CLIENTS
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:$controller
log.dirs=$data/log
num.partitions=1
auto.create.topics.enable=false
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
broker.heartbeat.interval.ms=250
broker.session.timeout.ms=1000
log.retention.check.interval.ms=3600000
PROPERTIES
    (run_java kafka.tools.StorageTool format --cluster-id "$id" --config "$data/server.properties.tmp") \
        >"$data/format" 2>&1 || { cat "$data/format" >&2; fail "the broker's folder can't be made"; }
    mv "$data/server.properties.tmp" "$data/server.properties"
}

address() { sed -n 's|^advertised.listeners=CLIENTS://||p' "$data/server.properties"; }

command_of() {
    if [ -d /proc/self ]; then
        { tr '\0' ' ' <"/proc/$1/cmdline"; } 2>/dev/null
    else
        ps -o command= -p "$1"
    fi
}

# The broker's, if it runs.
pid() {
    local pid
    pid="$(cat "$data/pid" 2>/dev/null)" || return 1
    command_of "$pid" | grep -qF "$data/server.properties" || return 1
    echo "$pid"
}

start() {
    local began=$SECONDS port
    install
    mkdir -p "$data"
    data="$(cd "$data" && pwd)"
    [ -f "$data/server.properties" ] || configure
    if ! pid >/dev/null; then
        (run_java kafka.Kafka "$data/server.properties") </dev/null >"$data/printed" 2>&1 &
        echo $! >"$data/pid"
    fi
    port="$(address)"
    while is_free "${port##*:}"; do
        if ! kill -0 "$(cat "$data/pid")" 2>/dev/null || [ $((SECONDS - began)) -gt "$START_MAX_S" ]; then
            tail -n 30 "$data/printed" >&2
            fail "the broker didn't start"
        fi
        sleep 0.1
    done
    address
}

stop() {
    local pid port
    data="$(cd "$data" && pwd)"
    port="$(address)"
    pid="$(pid)" || { say "it doesn't run"; return; }
    kill "-$1" "$pid"
    # Its threads hold the port for a moment longer than it is there.
    while pid >/dev/null || ! is_free "${port##*:}"; do sleep 0.02; done
}

action="${1:-}"
[ "$#" -gt 0 ] && shift
data=""
if [ "${1:-}" = --data ] && [ "$#" -eq 2 ]; then data="$2"; elif [ "$#" -gt 0 ]; then usage; fi
case "$action" in
    installed) [ -d "$JARS" ] ;;
    install)
        install
        echo "$JARS"
        ;;
    start | stop | kill)
        [ -n "$data" ] || usage
        case "$action" in
            start) start ;;
            stop) stop TERM ;;
            kill) stop KILL ;;
        esac
        ;;
    *) usage ;;
esac
