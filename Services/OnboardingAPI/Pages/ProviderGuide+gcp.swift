import CloudKMS

extension ProviderGuide {
  /// A service account that we may impersonate, and a key that it may use (Cloud KMS, "Access control with IAM"; IAM,
  /// "Create short-lived credentials for a service account").
  /// - Parameter principal: who we are there, or why we can't say.
  static func gcp(_ principal: Result<String, KMSFailure>) -> ProviderGuide {
    let email = try? principal.get()
    let failure: KMSFailure? = if case .failure(let failure) = principal { failure } else { nil }
    return ProviderGuide(
      provider: "gcp", name: "GCP Cloud KMS", place: "your Google Cloud project", unknown: failure?.hint,
      facts: email.map { [Fact(id: "gcp-principal", name: "Our principal", text: $0)] } ?? [],
      steps: [
        Step(
          id: "gcp-key-grant", title: "A service account that may use one key",
          why: "It may encrypt and decrypt with that key, and nothing else.",
          text: """
            gcloud services enable cloudkms.googleapis.com iamcredentials.googleapis.com \\
              --project=PROJECT
            gcloud iam service-accounts create tenant-kms --project=PROJECT
            gcloud kms keys add-iam-policy-binding KEY \\
              --keyring=RING --location=LOCATION --project=PROJECT \\
              --member=serviceAccount:SERVICE_ACCOUNT \\
              --role=roles/cloudkms.cryptoKeyEncrypterDecrypter
            """),
        Step(
          id: "gcp-account-grant", title: "Our way in",
          why: "Only we may impersonate the service account. Take this away, or disable the key, and we are out.",
          text: """
            gcloud iam service-accounts add-iam-policy-binding SERVICE_ACCOUNT \\
              --project=PROJECT \\
              --member=serviceAccount:\(email ?? "OUR_PRINCIPAL") \\
              --role=roles/iam.serviceAccountTokenCreator
            """),
      ],
      fields: [
        Field(
          name: "kms_key_ref", label: "Key", placeholder: "projects/…/locations/…/keyRings/…/cryptoKeys/…", length: 512),
        Field(
          name: "config.impersonate_service_account", label: "Service account",
          placeholder: "tenant-kms@….iam.gserviceaccount.com", length: 254),
      ])
  }
}
