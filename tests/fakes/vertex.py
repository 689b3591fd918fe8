"""A stand-in for Vertex AI: Gemini below a project, and the server that hands out tokens."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from urllib.parse import parse_qs

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import crypt, jwt

from tests.fakes.gemini import MODELS, GeminiHandler, GeminiServer
from tests.fakes.gemini_requests import RecordedRequest

TOKEN = "ya29.token-that-must-never-be-seen"
EMAIL = "plantain@a-project.iam.gserviceaccount.com"
PROJECT = "a-project"
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"


class VertexServer(GeminiServer):
    """The stand-in.

    Attributes:
        private_key: of the account, as PEM.
        token_requests: how many tokens were asked for.
        is_account_gone: no token is handed out.
    """

    def __init__(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.private_key = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()
        self.public_key = (
            key.public_key()
            .public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            .decode()
        )
        self.token_requests = 0
        self.is_account_gone = False
        super().__init__()

    def handler(self) -> type[GeminiHandler]:
        return _Handler

    def key_file(self, folder: Path, **other: str) -> Path:
        """The account's key file, as Google Cloud hands it out."""
        told = {
            "type": "service_account",
            "project_id": PROJECT,
            "private_key_id": "1",
            "private_key": self.private_key,
            "client_email": EMAIL,
            "token_uri": f"{self.base_url}/token",
            **other,
        }
        file = folder / "service account.json"
        file.write_text(json.dumps(told))
        return file


class _Handler(GeminiHandler):
    post_path = re.compile(
        rf"/v1beta1/projects/{PROJECT}/locations/global/publishers/google/models/"
        r"([^/:]+):generateContent"
    )

    def do_POST(self) -> None:  # noqa: N802 - the base's name
        if self.path == "/token":
            self._hand_out()
        else:
            super().do_POST()

    def do_GET(self) -> None:  # noqa: N802 - likewise
        self.fake.record(RecordedRequest("GET", self.path, {}, b""))
        if not self._has_key():
            self._send_json(401, {"error": {"code": 401, "message": "No.", "status": "X"}})
        elif self.path.partition("?")[0] == "/v1beta1/publishers/google/models":
            names = [{"name": f"publishers/google/models/{each}"} for each in MODELS]
            self._send_json(200, {"publisherModels": names})
        else:
            self._send_json(404, {"error": {"code": 404, "message": self.path}})

    def _hand_out(self) -> None:
        server = self.fake
        assert isinstance(server, VertexServer)
        server.token_requests += 1
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
        verifier = crypt.RSAVerifier.from_string(server.public_key)
        signed, signature = form["assertion"][0].rsplit(".", 1)
        claims = jwt.decode(form["assertion"][0], verify=False)
        is_good = (
            verifier.verify(signed.encode(), _decoded(signature))
            and claims["iss"] == EMAIL
            and claims["aud"] == f"{server.base_url}/token"
            and claims["scope"] == _SCOPE
            and claims["exp"] > time.time()
        )
        if is_good and not server.is_account_gone:
            self._send_json(200, {"access_token": TOKEN, "expires_in": 3599})
        else:
            told = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
            self._send_json(400, told)

    def _has_key(self) -> bool:
        return self.headers.get("Authorization") == f"Bearer {TOKEN}"


def _decoded(text: str) -> bytes:
    import base64

    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
