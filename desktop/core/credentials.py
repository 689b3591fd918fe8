"""What a picture's Content Credentials (C2PA) say of it, and whether that can be believed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from desktop.core.text import sentences, tr


class Validity(StrEnum):
    """What came of checking them."""

    TRUSTED = "trusted"
    """Nothing was changed since, and the signer is on the list of trusted ones."""
    VALID = "valid"
    """Nothing was changed since; who signed is not on that list."""
    INVALID = "invalid"
    """The picture, or what is said of it, was changed after it was signed."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The claim that was made last.

    Attributes:
        signer: who signed, as the certificate names them; empty where it does not.
        program: that made the claim, with its version.
        is_ai: a trained model made it, or a part of it.
        ingredients: titles of what it was made from.
        problems: codes of what is wrong, as C2PA names them.
    """

    validity: Validity
    signer: str = ""
    program: str = ""
    signed_at: str = ""
    is_ai: bool = False
    ingredients: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    def sentence(self) -> str:
        """All of it in plain words."""
        signer = self.signer or tr("somebody unnamed")
        match self.validity:
            case Validity.INVALID:
                said = tr(
                    "Signed by {signer}, but changed since: what it says cannot be believed.",
                    signer=signer,
                )
            case Validity.TRUSTED:
                said = tr("Signed by {signer}, and unchanged since.", signer=signer)
            case Validity.VALID:
                said = tr(
                    "Signed by {signer}, and unchanged since; nobody vouches for the signer.",
                    signer=signer,
                )
        program = tr("Made with {program}.", program=self.program) if self.program else ""
        ai = tr("An AI model made it, or a part of it.") if self.is_ai else ""
        return sentences(said, program, ai)
