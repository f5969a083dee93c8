//! What flows do with the movement of the balance that a payment made.

pub mod read;
