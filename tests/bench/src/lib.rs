//! Speed and size, as ratios against a baseline that is measured in the same run.
//!
//! It prints; it decides nothing by the clock. It must not be depended on.
