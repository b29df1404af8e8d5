extension PlatformGuide {
  /// The role as Terraform has it (`hashicorp/aws`); the key's ARN is a variable.
  var terraform: String {
    """
    variable "kms_key_arn" {
      type        = string
      description = "The KMS key that wraps this tenant's master keys."
    }

    resource "aws_iam_role" "tenant_kms" {
      name               = "tenant-kms"
      assume_role_policy = <<-JSON
    \(trustPolicy.indented(by: 4))
      JSON
    }

    resource "aws_iam_role_policy" "tenant_kms" {
      name   = "tenant-kms"
      role   = aws_iam_role.tenant_kms.id
      policy = <<-JSON
    \(permissionPolicy.replacing(Self.keyBlank, with: "${var.kms_key_arn}").indented(by: 4))
      JSON
    }

    output "role_arn" {
      value = aws_iam_role.tenant_kms.arn
    }
    """
  }

  /// The role as a CloudFormation template; the key's ARN is a parameter.
  var cloudFormation: String {
    """
    {
      "AWSTemplateFormatVersion": "2010-09-09",
      "Parameters": {
        "KmsKeyArn": { "Type": "String", "Description": "The KMS key that wraps this tenant's master keys." }
      },
      "Resources": {
        "TenantKmsRole": {
          "Type": "AWS::IAM::Role",
          "Properties": {
            "AssumeRolePolicyDocument":
    \(trustPolicy.indented(by: 10)),
            "Policies": [
              {
                "PolicyName": "tenant-kms",
                "PolicyDocument":
    \(permissionPolicy.replacing("\"\(Self.keyBlank)\"", with: "{ \"Ref\": \"KmsKeyArn\" }").indented(by: 14))
              }
            ]
          }
        }
      },
      "Outputs": {
        "RoleArn": { "Value": { "Fn::GetAtt": ["TenantKmsRole", "Arn"] } }
      }
    }
    """
  }
}

extension String {
  fileprivate func indented(by count: Int) -> String {
    let margin = String(repeating: " ", count: count)
    return split(separator: "\n", omittingEmptySubsequences: false).map { margin + $0 }.joined(separator: "\n")
  }
}
