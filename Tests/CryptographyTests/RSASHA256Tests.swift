import Cryptography
import SampleKeys
import Testing

@Suite struct RSASHA256Tests {
  /// RFC 7515, appendix A.2.1.
  @Test func `the example of the RFC`() throws {
    let message =
      "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
      + "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    let expected =
      "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9"
      + "uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB"
      + "_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rq"
      + "Vt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
    let signature = try RSASHA256.signature(
      of: Array(message.utf8), privateKeyPEM: SecretBytes(copying: RFC7515.privateKey.utf8))
    #expect(SecretBytes(copying: signature).exposedBase64URL() == expected)
  }

  /// A passphrase would be asked for at the terminal, if there were one.
  @Test(arguments: [
    "", "no PEM", String(RFC7515.privateKey.dropLast(40)), RFC7515.privateKey.replacing("PRIVATE", with: "PUBLIC"),
    weak, encrypted,
  ])
  func `what is no such key does not sign`(_ pem: String) {
    let error = #expect(throws: CryptographyError.self) {
      try RSASHA256.signature(of: [1, 2, 3], privateKeyPEM: SecretBytes(copying: pem.utf8))
    }
    #expect(error?.code == .invalidKey)
  }

  private static let weak = """
    -----BEGIN PRIVATE KEY-----
    MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBALfsW2lnjxHYGJnE
    yr59psLpx3/b0B6o/zH/KmRe6u0dJeXHdkN+FUHd4/w17ikwY1ZLh5/0harbZC2k
    6My798hVw/iVX5K0ogUIHUjqOTl5MAEf4YCEPu6uqrNGfZxsk7v33awdjpmyE8HV
    FF4SLWRg3KNdeBzPqrSEffi5N48nAgMBAAECgYEAto56JWNPFO0jbe1xOCbMEYeu
    J3DtYKFpvByD3WCBWp2l8i9Laa6KNvihxMNbA7MtxofttI0m5/Ifu1aGZEDmrVlK
    fZUptRqrVnNL+hhm1MhuvmqD/wd4zyt+ESkoLFd78AKYVblP326bYzEWcpMw3qAr
    SEal4BNVgaVW/NyF+QECQQDl1/Gsj7zia+s071rZV+mnuICSEzYvi8lR7UD4KsjT
    hSOusiScdYIdrMb4IF1OdXxDixWvAQEfHBv3c1oN8xTnAkEAzNqc+g1GMSnrlMD9
    3HzsDMydSRdtokCJI9w6Fl9FuhD7Uqcv8ThaLlxxDt0dpuvKzKB1B7xukrJTZuud
    m74rwQJAe0KFfq9O8nZBmw/JvskgqyuM98mJw5HJk0ATGYOIU7cQ3bz3WVjDQLrJ
    sYNZxpvG2koahNGbEl32uYuI/fYgfQJAEIA/isjM8aLdzhKpoDwTy4gj10Ji22H1
    agUQTMMJ284IYIUFEJoocXmSxc6717lAkbEPHDtqcLiajTzHakcsQQJALunT+Ogq
    Ee/YTOUgBJUcdt4GrCYnQ1rafVitxumsdMNbxvMFFMzVDe99N1JrBlq3KIIRCClk
    0WIoqz++8f4Lqw==
    -----END PRIVATE KEY-----
    """

  private static let encrypted = """
    -----BEGIN ENCRYPTED PRIVATE KEY-----
    MIIFNTBfBgkqhkiG9w0BBQ0wUjAxBgkqhkiG9w0BBQwwJAQQ4e/955tVHa5Irhbw
    vACGKgICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEF01KGZEmFps5nQL
    7L19PWQEggTQAZo89HwVztVo+nb0Zat44selhknZAbGKdYhoAhx1PILmc5oi2eVp
    mePheTTPlbzmvKko7DUPHesnbpQ8q8knDclgeb1yWV/Kunhcn0gIDtUMcbdmiHRy
    p1nMIBwFKcv/y1AOLaxpQ2WpYhU381tiKnKMTsiux+bmmeMM141SvHZ0B/e3lpsR
    MJf3dwOS0tpp1nkqEZQAIN9x9kUnQNjaPlJKZv1frIqfp/ZviuME+nfH5fKo0TT0
    YMa5A8KOG1HGcsIZsrnREghWP9R2PTeN5YpBs6C95sGBfmxBDM3L3TzVr69EYKy+
    g3K0d8oAFQUQgvxhiTs44ksoQ63TqyR//gL6nkSV6Gt02cWtZi0EJeE9d+XYxC0m
    pU/39RH3NOEb6Yss/eJwBvmV5f7B7iGjRG6p4mgnfOS28ybV8+JIElKFAg7WQHv8
    41ez+YoGQlAZIUjuxOCH3U7h7+x2mz0ovIoX82IBSBNFZ0/T5Sd+aFM0USgUSzRk
    XyuyIbNGVKBMeOF7N3girCAES4ONct61m5VLvHZbQTaOdBq4pzKD0BHYv6axeAmf
    xozrNXUPPOmS9+MXn80GGd0IQ4pO/J+1FVFwqyfDzfb2asB2o2y/kyH2ZX/VtUWG
    ZBBHS8VEO3IoOeWdYC1bTrfjtSqkCP41toHuN6Rr/F2t5agwsM7J60JDN8j3qPTg
    baAB3aVzcKkixz88SAaz0xKRna12BLnEZKHAqLKcVodaY4vMqYDXJASV3ekOfVWI
    eunPWPuaRPdr4qTBnsx9BjxLSnUHf+LB0cNoMZPxXP9idRUPF2LfAvIqSSNc94pL
    Jtb5PdHXUrI7xjLYyxECAxA5RCfN1Z+LkuJEBaDRGG2dD7x9cvnHX/0LY3/wwUUJ
    GWiMgqUmebIVyKlegNzhat0cUXv87i7Mq9UPTARH7FqHBiteF91p9ruaT80mTP/F
    qy+KNxTKSLjoFTnEKmRObO69v+xEGZ01GXXe00Cm6gXAOhEkjgXr5uewJbh0Ri69
    gwudMtgpvjgfvysLDInpmZ3KBWSU90ijqxoujGhDgfqLZ6Y1l4m5gwUX+i527hk8
    ksanPAM3/icDL3IDP6L/90xDcH1rndauciK8HvGtMa30d7PJEgpnVjls3npQTqCF
    MmKLrps0DE9xSzWhhnnQxOzVkhS6XyPrVAPLTq8MipsY9HIQ4okjvW29O9qKlahZ
    5ZiKJwJx00MerTivtIWrte1p4I9GHqhjn+WGK4Wx009WaqLcoR+TVjyuPcj6uDjN
    7pBPZWeXYj0XMsmqWK6ErMWIgTEEC8Kr+Pg79KZX+ca/AkMye8KhFk62exhNBIxP
    lstqC2Q3+71jsef9CSjUNXk/QUhE0ftuJTL6sV3TclQHQNDJvlOtWtSLzEjTMqkB
    UrsgIbiivMZcZoiLRTIGpDZrmFZjNVaxbohTplMpGrG+hhsdJHp4VGegEmPPtiB4
    nMc4l5ecGNQBFQZ9pMih8O4ZF81Pz3INbJSV7tsInDDdrbVinTAGa7gueOeRU+Kr
    JLQVRKCyv6IrorMB+4x0jyYOE2sQ13edcfwUoZ3gdGZ33lYhqHt99uEM/KkGa1JE
    QneKpDYI7egtpDVkex8gUjlsaRJHWAeXSHvkA1Te8UYoQCYAqlcj2mQ=
    -----END ENCRYPTED PRIVATE KEY-----
    """
}
