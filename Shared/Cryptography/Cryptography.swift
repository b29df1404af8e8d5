// Cryptography: secrets in memory, random bytes, SHA-256, HMAC, HKDF, scrypt and AES-256-GCM on OpenSSL 3.0's
// libcrypto.
//
// `SecretBytes` holds key material, `RandomSource` makes it, `constantTimeEquals` compares it, `HKDFSHA256` derives it.
// `SHA256`, `HMACSHA256` and `AES256GCM` own a libcrypto context each: reuse one for many messages, from one isolation
// domain at a time.
//
// Nothing here blocks, performs I/O or suspends, though `Scrypt` computes for long. What can't fail unless memory runs
// out or libcrypto is broken traps, as Swift itself does; what depends on the input throws `CryptographyError`.

internal import CLibcrypto

/// The version of the libcrypto in use, such as `OpenSSL 3.0.17 1 Jul 2025`, for start-up logs.
public let libcryptoVersion = unsafe String(cString: OpenSSL_version(OPENSSL_VERSION))
