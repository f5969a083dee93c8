//! What is posted, matched and checked, through the crate's public surface.

#[cfg(test)]
mod audit;
#[cfg(test)]
mod chart;
#[cfg(test)]
mod export;
#[cfg(test)]
mod given;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod payout;
#[cfg(test)]
mod period;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod span;
