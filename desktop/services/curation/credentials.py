"""Content Credentials of the library's pictures: told, and made for what is handed out."""

from __future__ import annotations

from pathlib import Path

from desktop import __version__
from desktop.core.credentials import Credentials
from desktop.core.errors import SettingsError
from desktop.core.generation_record import GenerationRecord
from desktop.core.system_errors import system_reason
from desktop.core.text import tr
from desktop.files.atomic import write_file
from desktop.files.new_file import new_file
from desktop.files.regular_file import read_guarded, read_regular_file
from desktop.media.metadata.certificate import make_certificate
from desktop.media.metadata.credentials import made_manifest, read_credentials, signed
from desktop.media.metadata.lineage import has_credentials
from desktop.media.sandbox.pool import Sandbox

Certificate = tuple[bytes, bytes]
"""PEM: the signer's certificate with those above it, and the key."""

_MAX_BYTES = 512 * 1024 * 1024


class PictureCredentials:
    """Reads and makes them.

    Args:
        sandbox: of processes that ``media.metadata.credentials.load_c2pa`` prepared.
        folder: where the person's own certificate is kept.
    """

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self._sandbox = sandbox
        self._folder = folder

    def of(self, path: Path) -> Credentials | None:
        """What a file says; None where it says nothing. Looks at the disk.

        Raises:
            FileError: it cannot be read.
        """
        return read_credentials(path, self._sandbox)

    def hand_out(
        self,
        source: Path,
        target: Path,
        record: GenerationRecord | None,
        certificate: Certificate | None = None,
    ) -> None:
        """Write a copy of a picture with a manifest of the person's; the file itself stays as it
        is. Credentials that it has become an ingredient of the new ones.

        Args:
            record: how it was made, if Plantain made it.
            certificate: None for the person's own.

        Raises:
            FileError: it cannot be read, or takes no manifest.
            LibraryError: the target exists, or cannot be written.
            SettingsError: the certificate cannot be kept.
        """
        data = read_regular_file(source, _MAX_BYTES)
        # What is signed already, or made elsewhere, is only handed on.
        is_own = record is not None and not has_credentials(data)
        source_type = record.digital_source_type if record and is_own else ""
        prompt = record.request.prompt if record and is_own else ""
        manifest = made_manifest(target.name, __version__, source_type, prompt)
        chain, key = certificate or self.certificate()
        made = signed(data, manifest, chain, key, self._sandbox)
        with new_file(target, tr("The copy")) as file:
            file.write(made)

    def certificate(self) -> Certificate:
        """The person's own, made when it is first needed. Raises: SettingsError."""
        chain_file, key_file = self._folder / "chain.pem", self._folder / "key.pem"
        try:
            if key_file.exists():
                return read_guarded(chain_file), read_guarded(key_file)
            chain, key = make_certificate(tr("A user of Plantain"))
            self._folder.mkdir(parents=True, exist_ok=True)
            write_file(chain_file, chain, replace=True, mode=0o600)
            write_file(key_file, key, replace=True, mode=0o600)
        except OSError as error:
            raise SettingsError(
                tr(
                    "The certificate in {folder} cannot be kept or read: {reason}.",
                    folder=self._folder,
                    reason=system_reason(error),
                ),
                safe=tr("Nothing was signed."),
                next_step=tr("Check the folder's permissions."),
            ) from error
        return chain, key
