/// The broker's answer to one publish, or to all those not answered yet up to it (RabbitMQ "Publisher Confirms").
struct Settlement: Hashable, Sendable {
  /// The sequence number of the publish on its channel, from 1; 0 with `isMultiple` means every one.
  let tag: UInt64
  /// Whether all earlier ones are answered too.
  let isMultiple: Bool
  /// Whether the broker took responsibility (`basic.ack`) or refused it (`basic.nack`).
  let isAck: Bool
}
