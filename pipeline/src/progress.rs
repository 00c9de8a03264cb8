//! How far a step is: written by the step, read by its heartbeat.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// A share of the work, 0 to 1, that others can watch.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<AtomicU32>);

impl Progress {
    /// Says how far it is; values outside 0..=1 are clamped.
    pub fn set(&self, share: f32) {
        self.0.store(share.clamp(0.0, 1.0).to_bits(), Ordering::Relaxed);
    }

    /// How far it is.
    #[must_use]
    pub fn get(&self) -> f32 {
        f32::from_bits(self.0.load(Ordering::Relaxed))
    }
}
