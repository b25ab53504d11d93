"""A real SMTP server (aiosmtpd) for the tests of mail. What it does depends on the recipient:

  ok…@            takes the mail
  later-N-…@      450 to the recipient the first N times, then takes it
  nobody…@        550 5.1.1 to the recipient
  policy…@        550 5.7.1 to the recipient: a block list
  busy…@          421 to the recipient
  refused…@       554 to the text
  textlater-N-…@  451 to the text the first N times, then takes it
  drop-N-…@       breaks the connection when it has the whole text, the first N times
  hold-rcpt…@     waits for a line `release` before it answers the recipient
  hold-text…@     waits for a line `release` when it has the whole text, then takes it

Each thing that happens is a line of JSON on stdout. It ends with its stdin.
"""

import argparse
import asyncio
import datetime
import email
import email.policy
import ipaddress
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def tell(**event):
    # In one piece: requests are answered side by side.
    print(json.dumps(event) + "\n", end="", flush=True)


def encrypted(server):
    return server.transport.get_extra_info("sslcontext") is not None


class Handler:
    def __init__(self):
        self.times = {}
        self.released = asyncio.Event()

    def nth(self, address):
        self.times[address] = self.times.get(address, 0) + 1
        return self.times[address]

    async def hold(self, stage):
        self.released.clear()
        tell(event="holding", stage=stage)
        await self.released.wait()

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        tell(event="rcpt", to=address)
        if name.startswith("nobody"):
            return "550 5.1.1 no such user here"
        if name.startswith("policy"):
            return "550 5.7.1 you are on a block list"
        if name.startswith("busy"):
            return "421 4.3.2 shutting down"
        if name.startswith("later-") and self.nth(address) <= int(name.split("-")[1]):
            return "450 4.2.0 greylisted, try again"
        if name.startswith("hold-rcpt"):
            await self.hold("rcpt")
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        address = envelope.rcpt_tos[0]
        name = address.split("@")[0]
        if name.startswith("refused"):
            return "554 5.6.0 this is not a text we take"
        if name.startswith("textlater-") and self.nth(address) <= int(name.split("-")[1]):
            return "451 4.3.0 try again"
        if name.startswith("drop-") and self.nth(address) <= int(name.split("-")[1]):
            tell(event="dropped", to=address)
            server.transport.abort()
            return "250 nobody hears this"
        if name.startswith("hold-text"):
            # Like any mail server, it takes what it has, also if the client is gone meanwhile.
            taken = self.hold_and_accept(server, session, envelope)
            await asyncio.shield(asyncio.ensure_future(taken))
        else:
            self.accept(server, session, envelope)
        return "250 2.0.0 taken"

    async def hold_and_accept(self, server, session, envelope):
        is_encrypted = encrypted(server)
        await self.hold("text")
        self.accept(server, session, envelope, is_encrypted)

    def accept(self, server, session, envelope, is_encrypted=None):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        part = lambda kind: mail.get_body((kind,))
        text, html = part("plain"), part("html")
        tell(
            event="accepted",
            sender=envelope.mail_from,
            to=envelope.rcpt_tos,
            is_encrypted=encrypted(server) if is_encrypted is None else is_encrypted,
            login=getattr(session.auth_data, "login", b"").decode() if session.auth_data else None,
            headers=[[name, str(value)] for name, value in mail.items()],
            subject=str(mail["Subject"]),
            message_id=str(mail["Message-ID"]),
            text=text.get_content() if text else None,
            html=html.get_content() if html else None,
        )


def certificates(folder):
    """A CA for this run and a certificate of localhost; the CA goes into a file."""
    now = datetime.datetime.now(datetime.timezone.utc)

    def build(subject, issuer, key, issuer_key, is_ca):
        name = lambda text: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        )
        if not is_ca:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(issuer_key, hashes.SHA256())

    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca = build("test ca", "test ca", ca_key, ca_key, True)
    leaf = build("localhost", "test ca", key, ca_key, False)
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for name, content in [
        ("ca.pem", ca.public_bytes(pem)),
        ("cert.pem", leaf.public_bytes(pem)),
        ("key.pem", private),
    ]:
        with open(f"{folder}/{name}", "wb") as file:
            file.write(content)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{folder}/cert.pem", f"{folder}/key.pem")
    return context


def authenticator(login, password):
    def check(server, session, envelope, mechanism, data):
        good = data.login == login.encode() and data.password == password.encode()
        tell(event="auth", mechanism=mechanism, good=good, is_encrypted=encrypted(server))
        return AuthResult(success=good, handled=good, auth_data=data if good else None)

    return check


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls", choices=["none", "starttls", "implicit"], default="none")
    parser.add_argument("--auth", help="login:password")
    parser.add_argument("--folder", help="where ca.pem is written")
    options = parser.parse_args()
    handler = Handler()
    context = certificates(options.folder) if options.tls != "none" else None
    settings = {"hostname": "test", "loop": asyncio.get_running_loop()}
    if options.tls == "starttls":
        settings.update(tls_context=context, require_starttls=True)
    if options.auth:
        login, password = options.auth.split(":", 1)
        settings.update(
            auth_required=True,
            auth_require_tls=False,
            authenticator=authenticator(login, password),
        )
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, **settings),
        "127.0.0.1",
        options.port,
        ssl=context if options.tls == "implicit" else None,
    )
    tell(event="ready", port=server.sockets[0].getsockname()[1])
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    while line := await reader.readline():
        if line.strip() == b"release":
            handler.released.set()


asyncio.run(main())
