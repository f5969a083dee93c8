//! Disputes: what moves is booked with the balance; a lost one moves nothing and is booked here.

pub mod close;
