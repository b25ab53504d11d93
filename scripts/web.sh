#!/usr/bin/env bash
# The web app's packages, checks, tests and build.
#
#   scripts/web.sh build   build web/dist, if what it is made from has changed
#   scripts/web.sh check   types, lints, format
#   scripts/web.sh test    check, unit tests, build
#   scripts/web.sh browser tests in a real browser, against the debug build of the server
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../web"

# Sums of files by their content, so that nothing is done twice after a checkout. What is made from
# the API document doesn't count beside the document.
sum_of() { find "$@" -type f ! -name schema.d.ts -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1; }

packages() {
    local want
    want="$(sum_of package.json package-lock.json)"
    [ "$(cat node_modules/.bushel-sum 2>/dev/null)" = "$want" ] && return
    echo "Installing the packages of the web app:"
    npm ci --no-fund --no-audit --loglevel=error
    echo "$want" >node_modules/.bushel-sum
}

build() {
    local want
    want="$(sum_of ../api/openapi.json src public scripts index.html ./*.json ./*.ts)"
    if [ -f dist/index.html ] && [ "$(cat node_modules/.bushel-built 2>/dev/null)" = "$want" ]; then
        echo "The web app is built already."
        return
    fi
    packages
    echo "Building the web app:"
    npm run --silent build
    echo "$want" >node_modules/.bushel-built
}

check() {
    packages
    echo "Checking the web app:"
    npm run --silent check
}

case "${1:-}" in
    build) build ;;
    check) check ;;
    test)
        check
        echo "Testing the web app:"
        npm run --silent test
        build
        ;;
    browser)
        build
        echo "Testing the pages in a browser:"
        npm run --silent browser
        ;;
    *)
        echo "usage: scripts/web.sh build|check|test|browser" >&2
        exit 2
        ;;
esac
