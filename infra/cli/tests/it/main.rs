//! The command as an operator runs it: the program itself, over a cloud and systems in this process.

#[cfg(test)]
mod check_files;
#[cfg(test)]
mod check_systems;
#[cfg(test)]
mod executions;
#[cfg(test)]
mod operate;
#[cfg(test)]
mod report;
#[cfg(test)]
mod send;
#[cfg(test)]
mod stuck;
#[cfg(test)]
mod trace;
#[cfg(test)]
mod usage;
#[cfg(test)]
mod world;
