"""What other programs may send to the protocol's addresses: refused alike by the real server and the fake."""

from __future__ import annotations

import httpx
import pytest
from oauth_world import REDIRECT_URI, SCOPE, OAuthWorld, Program, first_tokens, held

import bushel
from bushel.oauth import MemoryTokenStore

VERIFIER, CHALLENGE = (
    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
)


def authorize(world: OAuthWorld, program: Program, **changes: str) -> str:
    query = {
        "response_type": "code",
        "client_id": program.client_id,
        "redirect_uri": REDIRECT_URI,
        "scope": SCOPE,
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    return str(httpx.URL(f"{world.url}/oauth/authorize").copy_merge_params(query))


def test_forms_are_refused_alike(world: OAuthWorld, quick: None) -> None:
    program, public, ann = world.program(), world.program(is_public=True), world.person("ann")
    store = MemoryTokenStore()
    tokens = first_tokens(world, program, ann, store)
    with world.http() as http:

        def refused(path: str, of: Program | None = None, **form: str | None) -> tuple[int, str]:
            data = {name: value for name, value in form.items() if value is not None}
            if of is not None:
                data |= {"client_id": of.client_id}
                data |= {"client_secret": of.client_secret} if of.client_secret else {}
            answer = http.post(path, data=data)
            assert answer.json()["error_description"]
            return answer.status_code, answer.json()["error"]

        def token(of: Program | None = None, **form: str | None) -> tuple[int, str]:
            return refused("/oauth/token", of, **form)

        device = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code"}
        code = {"grant_type": "authorization_code", "redirect_uri": REDIRECT_URI}
        refresh = {"grant_type": "refresh_token"}
        grant = (400, "invalid_grant")
        assert token(grant_type="client_credentials") == (401, "invalid_client")
        assert token(program, grant_type="password") == (400, "unsupported_grant_type")
        assert token(public, grant_type="client_credentials") == (400, "unauthorized_client")
        assert token(program, **refresh, refresh_token="x") == grant
        assert token(public, **refresh, refresh_token=tokens.refresh_token) == grant
        assert token(public, **device, device_code="x") == grant
        asked = http.post("/oauth/device_authorization", data={"client_id": public.client_id}).json()
        assert token(public, **device, device_code=asked["device_code"]) == (400, "authorization_pending")
        assert token(program, **device, device_code=asked["device_code"]) == grant
        assert token(public, **code, code="x", code_verifier=VERIFIER) == grant
        given = httpx.URL(world.approve(authorize(world, public), ann)).params["code"]
        for changes in ({"code_verifier": VERIFIER[::-1]}, {"redirect_uri": f"{REDIRECT_URI}/other"}):
            assert token(public, **{**code, "code": given, "code_verifier": VERIFIER, **changes}) == grant
        assert token(program, **code, code=given, code_verifier=VERIFIER) == grant
        # What another program gives back stays.
        form = {"client_id": public.client_id, "token": tokens.access_token}
        assert http.post("/oauth/revoke", data=form).status_code == 200
        assert held(world.client(bushel.Token(tokens.access_token))) == 100
        answer = http.get("/oauth/userinfo")
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "users.read"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
    ],
)
def test_browsers_are_sent_back_alike(changes: dict[str, str], error: str, world: OAuthWorld) -> None:
    program, ann = world.program(is_public=True), world.person("ann")
    back = httpx.URL(world.approve(authorize(world, program, state="s", **changes), ann))
    assert (back.params["error"], back.params["state"], back.params["iss"]) == (error, "s", world.url)
    assert "code" not in back.params
