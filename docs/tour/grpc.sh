# The walk over gRPC; sourced by docs/tour.sh.

IDENTITY=bushel.identity.v1.IdentityService
CREDENTIALS=bushel.identity.v1.CredentialsService
WALLET=bushel.wallet.v1.WalletService
PAYMENTS=bushel.payments.v1.PaymentsService
NOTIFICATIONS=bushel.notifications.v1.NotificationsService
WEBHOOKS=bushel.notifications.v1.WebhooksService

# pieces: the bytes of a streamed file.
pieces() { "$PYTHON" -c 'import base64, json, sys
for piece in json.load(sys.stdin): sys.stdout.buffer.write(base64.b64decode(piece["data"]))'; }

step "the operator makes the asset"
rpc bushel.ledger.v1.LedgerService/CreateAsset "$BUSHEL_TOKEN" '{"code":"EUR","scale":2,"kind":"ASSET_KIND_MONEY"}'

sign_up() {
    local email="$2@example.org" token
    rpc $IDENTITY/Register "" \
        "{\"email\":\"$email\",\"name\":\"$1\",\"handle\":\"$2\",\"password\":\"$PASSWORD\"}"
    token="$(mailed_link "$email")"
    rpc $IDENTITY/VerifyEmail "" "{\"token\":\"$token\"}"
}

sign_in() {
    local pending code
    pending="$(rpc $IDENTITY/SignIn "" "{\"login\":\"$1\",\"password\":\"$PASSWORD\"}" \
        | field confirmation_required.sign_in)"
    code="$(mailed_code "$1@example.org")"
    rpc $IDENTITY/ConfirmSignIn "" "{\"sign_in\":\"$pending\",\"code\":\"$code\"}" \
        | field signed_in.access_token
}

step "two people register and prove their addresses by the links in their mail"
sign_up "Ann Apple" "$ANN"
sign_up "Bob Birch" "$BOB"

step "they sign in with the codes in their mail"
ann="$(sign_in "$ANN")"
bob="$(sign_in "$BOB")"
rpc $CREDENTIALS/GetProfile "$ann"

step "they open accounts in euros"
account="$(rpc $WALLET/OpenAccount "$ann" '{"asset":"EUR"}' | field account.id)"
rpc $WALLET/OpenAccount "$bob" '{"asset":"EUR"}'

step "Ann asks for webhooks"
start_receiver
secret="$(rpc $WEBHOOKS/CreateWebhook "$ann" \
    "{\"url\":\"http://127.0.0.1:$PORT/hooks\",\"kinds\":[\"transfer.*\",\"deposit.*\"]}" | field secret)"

step "Ann deposits 100.00 with a test card"
deposit="$(rpc $PAYMENTS/CreateDeposit "$ann" '{"asset":"EUR","amount":"10000","card":
    {"number":"4242424242424242","exp_month":12,"exp_year":2040,"cvc":"123"}}' | field deposit.id)"
deposit_status() { rpc $PAYMENTS/GetDeposit "$ann" "{\"id\":\"$deposit\"}" | field deposit.status; }
until_is DEPOSIT_STATUS_SUCCEEDED deposit_status

step "Ann sends 25.00 to Bob, who has a day to accept"
transfer="$(rpc $WALLET/CreateTransfer "$ann" "{\"to\":{\"handle\":\"$BOB\"},\"asset\":\"EUR\",
    \"amount\":\"2500\",\"message\":\"for the pizza\",\"accept_within_s\":86400}" | field transfer.id)"
bob_hears() { rpc $NOTIFICATIONS/ListInbox "$bob" | field notifications.0.kind; }
until_is transfer.waiting bob_hears

step "Bob accepts"
rpc $WALLET/AcceptTransfer "$bob" "{\"id\":\"$transfer\"}"
rpc $WALLET/GetTransfer "$ann" "{\"id\":\"$transfer\"}" | field transfer.timeline

step "Ann looks at her history and this month's statement"
rpc $WALLET/ListHistory "$ann" "{\"account_id\":\"$account\"}"
rpc $WALLET/GetStatement "$ann" "{\"account_id\":\"$account\",\"month\":\"$(date -u +%Y-%m)\",\"format\":\"STATEMENT_FORMAT_CSV\"}" \
    | pieces | tee "$WORK/statement.csv"
grep -q 25.00 "$WORK/statement.csv" || fail "the statement lacks the transfer"

step "Ann's webhook came, and its signature is right"
"$PYTHON" docs/tour/check_webhook.py "$WORK/webhooks" "$secret" transfer.accepted

step "Ann withdraws the rest, and closes her account"
withdrawal="$(rpc $PAYMENTS/CreateWithdrawal "$ann" '{"asset":"EUR","amount":"7500","bank_account":
    {"iban":"AT611904300234573201","name":"Ann Apple"}}' | field withdrawal.id)"
withdrawal_status() {
    rpc $PAYMENTS/GetWithdrawal "$ann" "{\"id\":\"$withdrawal\"}" | field withdrawal.status
}
until_is WITHDRAWAL_STATUS_PAID withdrawal_status
rpc $WALLET/CloseAccount "$ann" "{\"id\":\"$account\"}"
