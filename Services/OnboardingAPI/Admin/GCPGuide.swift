import JSON

/// What a customer runs in their Google Cloud project so that we may use their key.
struct GCPGuide: Sendable {
  /// The platform's own service account.
  let principalEmail: String

  /// As the API shows it; `PROJECT`, `LOCATION`, `RING` and `KEY` are theirs.
  var json: JSONValue {
    [
      "principal_email": .string(principalEmail), "cli": .array(commands.map { .string($0) }),
      "terraform": .string(terraform),
    ]
  }

  private var commands: [String] {
    [
      "gcloud iam service-accounts create tenant-kms --project PROJECT",
      "gcloud kms keys add-iam-policy-binding KEY --project PROJECT --location LOCATION --keyring RING "
        + "--member serviceAccount:tenant-kms@PROJECT.iam.gserviceaccount.com "
        + "--role roles/cloudkms.cryptoKeyEncrypterDecrypter",
      "gcloud iam service-accounts add-iam-policy-binding tenant-kms@PROJECT.iam.gserviceaccount.com --project PROJECT "
        + "--member serviceAccount:\(principalEmail) --role roles/iam.serviceAccountTokenCreator",
    ]
  }

  private var terraform: String {
    """
    variable "crypto_key_id" {
      type        = string
      description = "projects/PROJECT/locations/LOCATION/keyRings/RING/cryptoKeys/KEY"
    }

    resource "google_service_account" "tenant_kms" {
      account_id = "tenant-kms"
    }

    resource "google_kms_crypto_key_iam_member" "tenant_kms" {
      crypto_key_id = var.crypto_key_id
      role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
      member        = google_service_account.tenant_kms.member
    }

    resource "google_service_account_iam_member" "tenant_kms" {
      service_account_id = google_service_account.tenant_kms.name
      role               = "roles/iam.serviceAccountTokenCreator"
      member             = "serviceAccount:\(principalEmail)"
    }
    """
  }
}
