"""A person's own certificate, by which the pictures they hand out are signed.

Nobody vouches for it: it tells that two pictures come from the same hands, and that neither was
changed since. Who has one from an authority uses that instead.
"""

from __future__ import annotations

import datetime


def make_certificate(name: str) -> tuple[bytes, bytes]:
    """A key on P-256 and its certificate for ten years, signed by an authority made for it, as C2PA
    asks (2.2, 14.5: no self-signed ones).

    Args:
        name: whom it names.

    Returns:
        PEM of the certificate and the authority's; PEM of the key, not encrypted.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def named(common: str) -> x509.Name:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.COMMON_NAME, common[:64]),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, name[:64]),
            ]
        )

    def usage(*, signs: bool) -> x509.KeyUsage:
        """Signs pictures, or certificates."""
        return x509.KeyUsage(
            digital_signature=signs,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=not signs,
            crl_sign=not signs,
            encipher_only=False,
            decipher_only=False,
        )

    authority_key = ec.generate_private_key(ec.SECP256R1())
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    authority_name = named(f"{name} (Plantain)")

    def begun(subject: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(authority_name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=3652))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        )

    authority = (
        begun(authority_name, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage(signs=False), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    emails = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    own = (
        begun(named(name), key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage(signs=True), critical=True)
        .add_extension(emails, critical=False)
        .add_extension(above, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    return (
        own.public_bytes(pem) + authority.public_bytes(pem),
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )
