# The walk over HTTP; sourced by docs/tour.sh.

step "the operator makes the asset"
http POST /v1/ledger/assets "$BUSHEL_TOKEN" '{"code":"EUR","scale":2,"kind":"money"}'

# sign_up NAME HANDLE: registers somebody and proves their address by the mailed link.
sign_up() {
    local email="$2@example.org" token
    http POST /v1/identity/users "" \
        "{\"email\":\"$email\",\"name\":\"$1\",\"handle\":\"$2\",\"password\":\"$PASSWORD\"}"
    token="$(mailed_link "$email")"
    http POST /v1/identity/email-verifications "" "{\"token\":\"$token\"}"
}

# sign_in HANDLE: signs somebody in with the code of the mail, and prints the access token.
sign_in() {
    local pending code
    pending="$(http POST /v1/identity/sign-ins "" "{\"login\":\"$1\",\"password\":\"$PASSWORD\"}" \
        | field sign_in)"
    code="$(mailed_code "$1@example.org")"
    http POST "/v1/identity/sign-ins/$pending/confirm" "" "{\"code\":\"$code\"}" | field access_token
}

step "two people register and prove their addresses by the links in their mail"
sign_up "Ann Apple" "$ANN"
sign_up "Bob Birch" "$BOB"

step "they sign in with the codes in their mail"
ann="$(sign_in "$ANN")"
bob="$(sign_in "$BOB")"
http GET /v1/identity/profile "$ann"

step "they open accounts in euros"
account="$(http POST /v1/wallet/accounts "$ann" '{"asset":"EUR"}' | field id)"
http POST /v1/wallet/accounts "$bob" '{"asset":"EUR"}'

step "Ann asks for webhooks"
start_receiver
secret="$(http POST /v1/notifications/webhooks "$ann" \
    "{\"url\":\"http://127.0.0.1:$PORT/hooks\",\"kinds\":[\"transfer.*\",\"deposit.*\"]}" | field secret)"

step "Ann deposits 100.00 with a test card"
deposit="$(http POST /v1/payments/deposits "$ann" '{"asset":"EUR","amount":"10000","card":
    {"number":"4242424242424242","exp_month":12,"exp_year":2040,"cvc":"123"}}' | field id)"
deposit_status() { http GET "/v1/payments/deposits/$deposit" "$ann" | field status; }
until_is succeeded deposit_status

step "Ann sends 25.00 to Bob, who has a day to accept"
transfer="$(http POST /v1/wallet/transfers "$ann" "{\"to\":{\"handle\":\"$BOB\"},\"asset\":\"EUR\",
    \"amount\":\"2500\",\"message\":\"for the pizza\",\"accept_within_s\":86400}" | field id)"
bob_hears() { http GET /v1/notifications/inbox "$bob" | field data.0.kind; }
until_is transfer.waiting bob_hears

step "Bob accepts"
http POST "/v1/wallet/transfers/$transfer/accept" "$bob" '{}'
http GET "/v1/wallet/transfers/$transfer" "$ann" | field timeline

step "Ann looks at her history and this month's statement"
http GET "/v1/wallet/accounts/$account/history" "$ann"
month="$(date -u +%Y-%m)"
http GET "/v1/wallet/accounts/$account/statements/$month?format=csv" "$ann" | tee "$WORK/statement.csv"
grep -q 25.00 "$WORK/statement.csv" || fail "the statement lacks the transfer"
http GET "/v1/wallet/accounts/$account/statements/$month?format=pdf" "$ann" >"$WORK/statement.pdf"
[ "$(head -c 5 "$WORK/statement.pdf")" = "%PDF-" ] || fail "the statement is no PDF"

step "Ann's webhook came, and its signature is right"
"$PYTHON" docs/tour/check_webhook.py "$WORK/webhooks" "$secret" transfer.accepted

step "Ann withdraws the rest, and closes her account"
withdrawal="$(http POST /v1/payments/withdrawals "$ann" '{"asset":"EUR","amount":"7500","destination":
    {"iban":"AT611904300234573201","name":"Ann Apple"}}' | field id)"
withdrawal_status() { http GET "/v1/payments/withdrawals/$withdrawal" "$ann" | field status; }
until_is paid withdrawal_status
http POST "/v1/wallet/accounts/$account/close" "$ann" '{}' | tee "$WORK/closed.json"
[ "$(field status <"$WORK/closed.json")" = closed ] || fail "the account is not closed"
