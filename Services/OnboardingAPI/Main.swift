import ArgumentParser
import ServiceKit

/// The onboarding API and its tools.
@main struct OnboardingAPI: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "onboarding-api",
    abstract: "The control plane of Tenant KMS: serves its API, migrates its database, makes tenants and tokens.",
    subcommands: [
      ServeCommand.self, MigrateCommand.self, TenantCommand.self, APIKeyCommand.self, UserCommand.self,
      TokenCommand.self, StepUpTokenCommand.self, AuditCommand.self, DrillCommand.self, RewrapCommand.self,
      DeadLettersCommand.self, MasterKeyCommand.self, DoctorCommand.self, HealthCommand.self,
    ],
    defaultSubcommand: ServeCommand.self)

  static func main() async { await ServiceProcess.main(Self.self) }
}
