//! The cases, by what they are about.

pub(crate) mod currency;
pub(crate) mod journal;
pub(crate) mod lost;
pub(crate) mod once;
pub(crate) mod race;
pub(crate) mod sale;

/// The system of a case, or the end of it.
macro_rules! started {
    ($system:ty) => {
        match <$system as crate::system::System>::start().await {
            Some(system) => system,
            None => return crate::driver::skipped("the system is not at hand"),
        }
    };
}
pub(crate) use started;
