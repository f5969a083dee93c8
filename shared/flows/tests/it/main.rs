//! The shipped flows, run by the engine over scripted systems.

#[cfg(test)]
mod actions;
#[cfg(test)]
mod attempts;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod order_to_cash;
#[cfg(test)]
mod shipped;
#[cfg(test)]
mod systems;
