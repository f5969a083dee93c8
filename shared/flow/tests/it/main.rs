//! The engine's behaviour through its public surface.

#[cfg(test)]
mod document;
#[cfg(test)]
mod engine;
#[cfg(test)]
mod engine_again;
#[cfg(test)]
mod engine_world;
#[cfg(test)]
mod expression;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod guards;
#[cfg(test)]
mod operate_acts;
#[cfg(test)]
mod operate_correct;
#[cfg(test)]
mod operate_replay;
#[cfg(test)]
mod operate_still;
#[cfg(test)]
mod operate_world;
#[cfg(test)]
mod stored;
