//! The systems of a pair, connected: secrets, clients, connectors.
