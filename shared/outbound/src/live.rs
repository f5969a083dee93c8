//! Credentials that are live at once while they are rotated: the current one goes first, then once the other.

use std::sync::atomic::{AtomicUsize, Ordering};

/// One credential, or two. Not `Debug`.
pub struct Live<T> {
    current: T,
    other: Option<T>,
    /// Which one was accepted last: a rotation costs one refused call a process, not one a request.
    accepted: AtomicUsize,
}

/// A credential as it is tried.
pub struct Tried<'a, T> {
    /// The credential.
    pub credential: &'a T,
    place: usize,
}

impl<T> Live<T> {
    /// The current one, and the other while they are rotated.
    #[must_use]
    pub const fn new(current: T, other: Option<T>) -> Self {
        Self { current, other, accepted: AtomicUsize::new(0) }
    }

    /// The one to begin with.
    #[must_use]
    pub fn first(&self) -> Tried<'_, T> {
        self.at(self.accepted.load(Ordering::Relaxed))
    }

    /// The one to try where that one's identity was refused (401), and no other answer came.
    #[must_use]
    pub fn after(&self, tried: &Tried<'_, T>, status: u16) -> Option<Tried<'_, T>> {
        (status == 401 && self.other.is_some()).then(|| self.at(1 - tried.place))
    }

    /// This one was not refused: it goes first from now on.
    pub fn accept(&self, tried: &Tried<'_, T>) {
        self.accepted.store(tried.place, Ordering::Relaxed);
    }

    fn at(&self, place: usize) -> Tried<'_, T> {
        match &self.other {
            Some(credential) if place == 1 => Tried { credential, place },
            _ => Tried { credential: &self.current, place: 0 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_is_tried_once_and_remembered_where_it_is_taken() {
        let live = Live::new("new", Some("old"));
        let first = live.first();
        assert_eq!(first.credential, &"new");
        for status in [200, 400, 403, 429, 500] {
            assert!(live.after(&first, status).is_none(), "{status}");
        }
        let second = live.after(&first, 401).unwrap();
        assert_eq!(second.credential, &"old");
        live.accept(&second);
        let first = live.first();
        assert_eq!(first.credential, &"old");
        assert_eq!(live.after(&first, 401).unwrap().credential, &"new");
        let alone = Live::new("new", None);
        assert!(alone.after(&alone.first(), 401).is_none());
    }
}
