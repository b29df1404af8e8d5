// Public, as these conformances can't be anything else.
public import ArgumentParser
public import Repository

extension EmailAddress: ExpressibleByArgument {
  /// Reads an address on the command line; nil where it is none.
  public init?(argument: String) { self.init(argument) }
}

extension UserRole: ExpressibleByArgument {}
